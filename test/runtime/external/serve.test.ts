import { once } from 'node:events'
import { createServer } from 'node:net'
import { Subject } from 'rxjs'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { RunEvent, StopReason } from '../../../src/model/runtime.js'
import { freePort } from '../../support/free-port.js'
import { fixture, run } from '../embedded/harness.js'
import { externalOfTest, program } from './harness.js'

const HOST = '127.0.0.1'
const component = { binary: fixture('components/http'), name: 'serve' }

const serving = (port: number, options = {}) =>
  externalOfTest({ program: program('server.mjs'), http: { host: HOST, port }, ...options }).runtime

const occupied = async (port: number): Promise<void> => {
  const server = createServer().listen(port, HOST)
  await once(server, 'listening')
  onTestFinished(() => void server.close())
}

const get = async (event: Extract<RunEvent, { type: 'serving' }>, path = '/') =>
  (await fetch(`http://${event.address}:${event.port}${path}`)).text()

describe('a component that serves HTTP', () => {
  it.each([
    ['says that it listens', ''],
    ['is connected to, when it says nothing', 'silent'],
  ])('%s', async (_, mode) => {
    const port = await freePort()
    const runtime = serving(port, { dirs: ['/usr/share'] })
    const stop$ = new Subject<StopReason>()
    const bodies: string[] = []
    const { events, outcome } = await run(runtime, { ...component, env: { MODE: mode } }, stop$, (event) => {
      if (event.type !== 'serving') return
      void get(event).then((body) => {
        bodies.push(body)
        stop$.next('stopped')
      })
    })
    expect(events.filter(({ type }) => type !== 'output')).toStrictEqual([
      { type: 'serving', address: HOST, port },
      expect.objectContaining({ type: 'ended', outcome }),
    ])
    expect(outcome).toStrictEqual({ kind: 'stopped', results: '' })
    const address = `-Shttp -Scli --addr ${HOST}:${port}`
    expect(bodies).toStrictEqual([
      expect.stringMatching(`^serve ${address} --dir /usr/share --env MODE /.*/module.wasm$`),
    ])
  })

  it('takes the next port when one is busy', async () => {
    const port = await freePort()
    await occupied(port)
    const stop$ = new Subject<StopReason>()
    const { events } = await run(serving(port), component, stop$, (event) => {
      if (event.type === 'serving') stop$.next('stopped')
    })
    const found = events.find((event) => event.type === 'serving')
    expect(found?.port).toBeGreaterThan(port)
    expect(found?.port).toBeLessThan(port + 100)
  })

  it('uses a different port from one that starts at the same time', async () => {
    const runtime = serving(await freePort())
    const stop$ = new Subject<StopReason>()
    const ports: number[] = []
    const listens = (event: RunEvent) => {
      if (event.type !== 'serving') return
      ports.push(event.port)
      if (ports.length === 2) stop$.next('stopped')
    }
    await Promise.all([1, 2].map(() => run(runtime, component, stop$, listens)))
    expect(new Set(ports).size).toBe(2)
  })

  it('uses exactly the requested port', async () => {
    const port = await freePort()
    const runtime = serving(8222)
    const stop$ = new Subject<StopReason>()
    const asked = { ...component, cliArgs: ['--addr', `localhost:${port}`] }
    const { events } = await run(runtime, asked, stop$, (event) => {
      if (event.type === 'serving') stop$.next('stopped')
    })
    expect(events).toContainEqual({ type: 'serving', address: HOST, port })
    await occupied(port)
    const busy = await run(runtime, { ...component, cliArgs: [`--port=${port}`] })
    expect(busy.outcome).toMatchObject({ kind: 'failed', error: `no port is free at ${HOST}: ${port}` })
  })

  it('fails if it ends on its own, even with status 0', async () => {
    const { outcome, events } = await run(serving(await freePort()), component, undefined, (event) => {
      if (event.type === 'serving') void get(event, '/end')
    })
    expect(events).toContainEqual(expect.objectContaining({ type: 'serving' }))
    expect(outcome).toMatchObject({
      code: 'exit',
      error: expect.stringMatching(/^the server ended: exited with status 0; stderr ends: Serving/) as string,
    })
  })

  it('fails if it ends before it listens', async () => {
    const { outcome, events } = await run(serving(await freePort()), {
      ...component,
      env: { MODE: 'early' },
    })
    expect(events.map(({ type }) => type)).toStrictEqual(['output', 'ended'])
    expect(outcome).toMatchObject({
      code: 'exit',
      error: 'the server ended: exited with status 0; stderr ends: no, thanks',
    })
  })
})
