import { filter, firstValueFrom, map, scan, take, toArray } from 'rxjs'
import { expect, it } from 'vitest'
import { connectManager } from '../../src/dev/manager.js'
import { parseObject } from '../../src/dev/json.js'
import { startRegistry } from '../../src/dev/registry.js'
import { PREFIX } from '../support/mqtt-link.js'
import { useMqtt } from '../support/mqtt-tests.js'

const { cleanup, broker, peer } = useMqtt()

it('serves an image in chunks that carry its name, once while it is being served', async () => {
  const { port } = await broker()
  const bytes = Uint8Array.from({ length: 2500 }, (_, i) => i % 251)
  const requests: string[] = []
  let find: ((bytes: Uint8Array) => void) | undefined
  const registry = await startRegistry({
    port,
    prefix: PREFIX,
    chunkSize: 1000,
    images: () => new Promise((resolve) => (find = resolve)),
    onRequest: (image) => {
      requests.push(image)
      if (requests.length === 2) find?.(bytes)
    },
  })
  cleanup(() => registry.close())
  const proplet = await peer(port, ['registry/server'])
  const chunks = firstValueFrom(
    proplet.messages$.pipe(
      map(({ payload }) => parseObject(payload)),
      take(3),
      toArray(),
    ),
  )
  await proplet.publish('registry/proplet', { app_name: 'example/add:v1' })
  await proplet.publish('registry/proplet', { app_name: 'example/add:v1' })
  const got = (await chunks).sort((a, b) => Number(a?.['chunk_idx']) - Number(b?.['chunk_idx']))
  expect(got).toMatchObject(
    [0, 1, 2].map((chunk_idx) => ({ app_name: 'example/add:v1', chunk_idx, total_chunks: 3 })),
  )
  const data = got.map((chunk) => Buffer.from(String(chunk?.['data']), 'base64'))
  expect(Buffer.concat(data).equals(bytes)).toBe(true)
})

it('says nothing about an image it does not have, and serves the next', async () => {
  const { port } = await broker()
  const images = new Map([['known', Uint8Array.of(1)]])
  const registry = await startRegistry({ port, prefix: PREFIX, images })
  cleanup(() => registry.close())
  const proplet = await peer(port, ['registry/server'])
  const chunk = firstValueFrom(proplet.messages$.pipe(map(({ payload }) => parseObject(payload))))
  await proplet.publish('registry/proplet', { app_name: 'unknown' })
  await proplet.publish('registry/proplet', { app_name: 'known' })
  expect(await chunk).toEqual({ app_name: 'known', chunk_idx: 0, total_chunks: 1, data: 'AQ==' })
})

it('lets a Manager start a task and read its result', async () => {
  const { port } = await broker()
  const manager = await connectManager({ port, prefix: PREFIX })
  cleanup(() => manager.close())
  const proplet = await peer(port, ['control/manager/start', 'control/manager/stop'])
  const commands = firstValueFrom(
    proplet.messages$.pipe(
      map(({ subtopic, payload }) => [subtopic, parseObject(payload)]),
      scan((all: unknown[], one) => [...all, one], []),
      filter((all) => all.length === 2),
    ),
  )
  const answer = manager.run({ id: 't1', name: 'add', inputs: [10, 20] })
  await manager.stop('t1', { proplet_id: 'p' })
  expect(await commands).toEqual([
    ['control/manager/start', { id: 't1', name: 'add', inputs: [10, 20] }],
    ['control/manager/stop', { id: 't1', proplet_id: 'p' }],
  ])
  await proplet.publish('control/proplet/results', {
    task_id: 'other',
    proplet_id: 'p',
    results: '',
    error: 'no',
  })
  await proplet.publish('control/proplet/results', {
    task_id: 't1',
    proplet_id: 'p',
    results: '30',
    error: null,
  })
  expect(await answer).toMatchObject({ taskId: 't1', propletId: 'p', results: '30', error: undefined })
})
