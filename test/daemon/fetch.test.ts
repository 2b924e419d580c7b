import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { BROKERS, useDaemons, type Site } from '../support/daemon.js'
import { fixture, type Wire } from '../support/wire.js'

const { site, registry, proplet: startProplet } = useDaemons('all')

const QUICK_FETCH = { PROPLET_FETCH_RETRY: '500ms', PROPLET_FETCH_TTL: '1300ms' }
const HELLO = 'arg 0: _start\nenv: GREETING=hello\nenv: PROPLET_ID=of-task\n'

describe.each(BROKERS)('binaries of a registry, over the %s broker', (kind) => {
  let wire: Wire
  let proplet: Site['proplet']
  let port: number
  /** Images of the registry; it does not respond to requests for others. */
  const images = new Map<string, Buffer>()
  /** Delays every response of the registry. */
  let gate: Promise<void> = Promise.resolve()
  beforeAll(async () => {
    ;({ wire, proplet, port } = await site(kind, QUICK_FETCH))
    const find = async (image: string) => {
      await gate
      return images.get(image)
    }
    await registry(port, { images: find, chunkSize: 4096 })
  })

  const hello = (id: string, image: string) => ({
    id,
    name: '_start',
    image_url: image,
    env: { GREETING: 'hello', PROPLET_ID: 'of-task' },
  })
  const requestsFor = (image: string) =>
    wire.on('registry/proplet').filter(({ body }) => body['app_name'] === image)
  const linesAbout = (image: string) => proplet.lines().filter((line) => line['image'] === image)

  it('are fetched in chunks, by the reference exactly as received', async () => {
    const image = 'Registry.example:5000/Hello World/args-env:v1'
    images.set(image, fixture('args-env'))
    expect(await wire.run(hello('chunked', image))).toMatchObject({ results: HELLO, error: null })
    expect(requestsFor(image).map(({ body }) => body)).toStrictEqual([{ app_name: image }])
  })

  it('are requested again at each start, unless the reference has a digest', async () => {
    const [tagged, pinned] = ['example/tagged:v1', `example/pinned@sha256:${'a'.repeat(64)}`]
    for (const image of [tagged, pinned]) {
      images.set(image, fixture('args-env'))
      await wire.run(hello(`${image} 1`, image))
      await wire.run(hello(`${image} 2`, image))
    }
    expect(requestsFor(tagged)).toHaveLength(2)
    expect(requestsFor(pinned)).toHaveLength(1)
  })

  it('are fetched once for tasks that want them at the same time', async () => {
    const image = 'example/shared:v1'
    images.set(image, fixture('args-env'))
    let open: (() => void) | undefined
    gate = new Promise((resolve) => (open = resolve))
    await wire.start(hello('shared 1', image))
    await wire.start(hello('shared 2', image))
    const accepted = () => linesAbout(image).filter(({ msg }) => msg === 'Task accepted').length
    await expect.poll(accepted).toBe(2)
    open?.()
    expect(await wire.result('shared 1')).toMatchObject({ results: HELLO })
    expect(await wire.result('shared 2')).toMatchObject({ results: HELLO })
    expect(linesAbout(image).filter((line) => line['attempt'] === 1)).toHaveLength(1)
  })

  it('are requested again while the registry is silent, and then given up', async () => {
    const image = 'example/nowhere:v1'
    expect(await wire.run(hello('silent', image))).toMatchObject({
      results: '',
      error: `fetching ${image}: no chunk for 1.3 s; the Proxy was asked for it on registry/proplet`,
    })
    expect(requestsFor(image)).toHaveLength(2)
  })

  it('are no longer waited for by a stopped task', async () => {
    const image = 'example/never:v1'
    const before = proplet.lines().length
    await wire.start(hello('fetching', image))
    await proplet.logged('Requesting binary', before)
    await wire.stop('fetching')
    expect(await wire.result('fetching')).toMatchObject({ results: '', error: 'task stopped' })
  })

  it('come from the disk, even from an earlier run, if the registry is silent; damaged ones do not run', async () => {
    const image = 'example/kept:v1'
    images.set(image, fixture('args-env'))
    await wire.run(hello('kept 1', image))
    images.delete(image)

    const { cache } = proplet
    const restart = async (old: Site['proplet']) => {
      await old.stop()
      const next = startProplet(port, { ...QUICK_FETCH, PROPLET_CACHE_DIR: cache })
      await wire.until(() => wire.alive().some(({ body }) => body['proplet_id'] === next.id))
      return next
    }
    const second = await restart(proplet)
    expect(await wire.run(hello('kept 2', image))).toMatchObject({ results: HELLO, error: null })

    const blobs = join(cache, 'blobs', 'sha256')
    const [blob = '', ...others] = readdirSync(blobs)
    expect(others).toStrictEqual([])
    writeFileSync(join(blobs, blob), readFileSync(join(blobs, blob)).fill(0, 100, 200))
    await restart(second)
    const damaged = `the cached file does not match its digest: expected sha256:${blob}`
    expect(await wire.run(hello('kept 3', image))).toMatchObject({
      results: '',
      error: expect.stringContaining(damaged) as string,
    })
    images.set(image, fixture('args-env'))
    expect(await wire.run(hello('kept 4', image))).toMatchObject({ results: HELLO, error: null })
  })
})
