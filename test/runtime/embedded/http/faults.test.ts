import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { createServer, connect } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { fixture, ISOLATIONS, OF_CHILDREN, run, runtimeOfTest, thirty, add } from '../harness.js'
import { ask, component, http, outcomeOf, serve } from './server.js'

describe.each(ISOLATIONS)('faults of a component that serves HTTP (%s)', (isolation) => {
  it.each([
    ['/trap', /trap: /],
    ['/no-answer', /it ended without a response/],
    ['/error', /it answered with the error/],
  ])('%s is a 500, and affects nothing else', async (path, why) => {
    const served = await serve({}, {}, { isolation })
    const pids = served.runtime.pids()
    const [bad, good] = await Promise.all([ask(served.port, path), ask(served.port, '/count')])
    expect(bad).toMatchObject({ status: 500, body: 'the component failed\n' })
    expect(good).toMatchObject({ status: 200 })
    expect(await served.warning(why)).toMatch(/^while serving: /)
    expect(await ask(served.port, '/count')).toMatchObject({ status: 200 })
    if (isolation !== 'thread') expect(served.runtime.pids()).toContain(pids[0])
  })

  it.each(['/trap-late', '/drop', '/short'])('%s breaks the response off', async (path) => {
    const served = await serve({}, {}, { isolation })
    await expect(ask(served.port, path)).rejects.toThrow()
    expect(await ask(served.port, '/count')).toMatchObject({ status: 200 })
  })

  it('ends a request that hangs, with 504 or by breaking off, and its child', async () => {
    const served = await serve({ timeoutMs: 1500 }, {}, { isolation, warm: 2 })
    expect(await ask(served.port, '/hang')).toMatchObject({
      status: 504,
      body: 'the component did not answer in time\n',
    })
    await served.warning(/time limit of 1.5s of a request exceeded/)
    await expect(ask(served.port, '/hang-late')).rejects.toThrow()
    expect(await ask(served.port, '/count')).toMatchObject({ status: 200 })
  })

  it('ends a request whose memory is used up', async () => {
    const served = await serve({}, {}, { isolation, memoryMaxBytes: 8 * 1024 * 1024 })
    expect((await ask(served.port, '/memory')).status).toBeGreaterThanOrEqual(200)
    expect(await ask(served.port, '/count')).toMatchObject({ status: 200 })
  })

  it('refuses a body beyond the limit, with a declared length or without', async () => {
    const served = await serve({ bodyMaxBytes: 1000 }, {}, { isolation })
    const answer = await ask(served.port, '/slow-body', { method: 'POST', body: 'x'.repeat(1001) })
    expect(answer).toMatchObject({ status: 413 })
    const socket = connect(served.port, '127.0.0.1')
    socket.setEncoding('latin1')
    let seen = ''
    socket.on('data', (text: string) => (seen += text))
    socket.write(
      `POST /slow-body HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n${'x'.repeat(1001)}\r\n`,
    )
    await once(socket, 'close')
    expect(seen).not.toContain('\r\n0\r\n')
    expect(await ask(served.port, '/count')).toMatchObject({ status: 200 })
  })

  it('breaks off a response beyond the limit', async () => {
    const served = await serve({ bodyMaxBytes: 1000 }, {}, { isolation })
    await expect(ask(served.port, '/big/500000')).rejects.toThrow()
    expect((await ask(served.port, '/big/1000')).bytes.length).toBe(1000)
  })

  it('releases a client that leaves during a request or a response', async () => {
    const served = await serve({ maxChildren: 1 }, {}, { isolation })
    const sending = connect(served.port, '127.0.0.1')
    sending.write('POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nbegun')
    await once(sending, 'data')
    sending.destroy()
    const taking = connect(served.port, '127.0.0.1')
    taking.write('GET /big/1000000 HTTP/1.1\r\nHost: x\r\n\r\n')
    await once(taking, 'data')
    taking.destroy()
    expect(await ask(served.port, '/count')).toMatchObject({ status: 200 })
  })

  it('ends a guest whose client has gone', async () => {
    const served = await serve({ maxChildren: 1 }, {}, { isolation })
    const client = connect(served.port, '127.0.0.1')
    client.write('GET /hang-late HTTP/1.1\r\nHost: x\r\n\r\n')
    await once(client, 'data')
    client.destroy()
    expect(await ask(served.port, '/count')).toMatchObject({ status: 200 })
  })
})

describe('caps of a component that serves HTTP', () => {
  it('answers 503 beyond the maximum of concurrent requests', async () => {
    const served = await serve({ maxRequests: 2, maxChildren: 1, timeoutMs: 500 })
    const slow = [ask(served.port, '/hang'), ask(served.port, '/hang')]
    await served.warning(/time limit/)
    const answers = await Promise.all([
      ...slow,
      ...Array.from({ length: 5 }, () => ask(served.port, '/count')),
    ])
    expect(answers.filter(({ status }) => status === 503).length).toBeGreaterThan(0)
  })

  it('answers 503 to a request that waited for a child in vain', async () => {
    const served = await serve({ maxChildren: 1, timeoutMs: 400 })
    const [first, second] = await Promise.all([ask(served.port, '/hang'), ask(served.port, '/hang')])
    expect([first.status, second.status]).toContain(504)
    expect([503, 504]).toContain(second.status)
  })

  it('starts as many children as the load needs, and no more than allowed', async () => {
    const served = await serve({ maxChildren: 3, timeoutMs: 2000 }, {}, { warm: 1, maxIdle: 1 })
    const waiting = Array.from({ length: 6 }, () =>
      ask(served.port, '/slow-body', { method: 'POST', body: 'abc' }),
    )
    await Promise.all(waiting)
    expect(served.runtime.pids().length).toBeLessThanOrEqual(5)
  })
})

describe('where it listens', () => {
  const occupied = async (port: number) => {
    const server = createServer().listen(port, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
  }

  it('is the next port when one is in use', async () => {
    await occupied(http.port)
    const served = await serve()
    expect(served.port).toBe(http.port + 1)
  })

  it('is an error if all are in use, or the requested one is', async () => {
    await occupied(65_535)
    const runtime = await runtimeOfTest({ http: { ...http, port: 65_535 } })
    expect(await outcomeOf(runtime)).toMatchObject({ code: 'runtime', error: 'port 65535 is in use' })
    const asked = { cliArgs: ['--port', '65535'] }
    expect(await outcomeOf(runtime, asked)).toMatchObject({ error: 'port 65535 is in use' })
    expect(await outcomeOf(runtime, { cliArgs: ['--port', 'x'] })).toMatchObject({
      code: 'call',
      error: '--port: expected a port, found "x"',
    })
    expect((await run(runtime, add)).outcome).toStrictEqual(thirty)
  })

  it('is nowhere unless serving is enabled', async () => {
    const runtime = await runtimeOfTest({ isolation: OF_CHILDREN })
    const [pid] = runtime.pids()
    expect(await outcomeOf(runtime)).toStrictEqual({
      kind: 'failed',
      code: 'unsupported',
      error: 'the component serves HTTP, which PROPLET_HTTP_ENABLED does not allow here',
      results: '',
    })
    expect((await run(runtime, add)).outcome).toStrictEqual(thirty)
    expect(runtime.pids()).toContain(pid)
  })
})

describe('the end of a component that serves HTTP', () => {
  it('closes the listener at once, and lets requests finish', async () => {
    const served = await serve()
    const response = await new Promise<IncomingMessage>((resolve) =>
      get({ host: '127.0.0.1', port: served.port, path: '/stream' }, resolve),
    )
    served.stop()
    const body = await text(response)
    expect(body).toBe('chunk 0\nchunk 1\nchunk 2\nchunk 3\nchunk 4\n')
    expect(await served.outcome).toStrictEqual({ kind: 'stopped', results: '' })
    await expect(ask(served.port, '/', { agent: false })).rejects.toThrow(/ECONNREFUSED/)
  })

  it('ends hanging requests after the grace period', async () => {
    const served = await serve({ graceMs: 100 })
    const hanging = ask(served.port, '/hang')
    const broken = expect(hanging).rejects.toThrow()
    const asked = ask(served.port, '/count')
    await asked
    served.stop()
    expect(await served.outcome).toStrictEqual({ kind: 'stopped', results: '' })
    await broken
  })

  it('is reported when the proplet shuts down', async () => {
    const served = await serve()
    served.stop('shutdown')
    expect(await served.outcome).toMatchObject({ code: 'shutdown' })
  })

  it('gives the children back', async () => {
    const served = await serve({}, {}, { isolation: OF_CHILDREN, warm: 1, maxIdle: 1 })
    const before = served.runtime.pids()
    await ask(served.port, '/count')
    served.stop()
    await served.outcome
    expect((await run(served.runtime, add)).outcome).toStrictEqual(thirty)
    expect(served.runtime.pids().some((pid) => before.includes(pid))).toBe(true)
  })

  it('is an ordinary failure if the component is broken', async () => {
    const runtime = await runtimeOfTest({ http })
    const binary = component('http-server')
    if (!('bytes' in binary.content)) throw new Error('a fixture without bytes')
    const cut = binary.content.bytes.slice(0, -10)
    expect(
      await outcomeOf(runtime, { binary: { ...binary, digest: 'sha256:cut', content: { bytes: cut } } }),
    ).toMatchObject({ code: 'binary' })
    expect((await run(runtime, { ...add, binary: fixture('add') })).outcome).toStrictEqual(thirty)
  })
})
