import { Agent } from 'node:http'
import { connect } from 'node:net'
import { once } from 'node:events'
import { filter, firstValueFrom, map, scan } from 'rxjs'
import { beforeEach, describe, expect, it } from 'vitest'
import { ISOLATIONS, MIB } from '../harness.js'
import { ask, serve, type Served } from './server.js'

describe.each(ISOLATIONS)('a component that serves HTTP (%s)', (isolation) => {
  let served: Served
  beforeEach(async () => {
    served = await serve({}, { env: { GREETING: 'hello' }, cliArgs: ['--x'] }, { isolation })
  })

  it('answers with a page', async () => {
    const { status, headers, body } = await ask(served.port, '/')
    expect(status).toBe(200)
    expect(headers['content-type']).toMatch(/^text\/html/)
    expect(body).toContain('<html')
    expect(Number(headers['content-length'])).toBe(body.length)
  })

  it('receives method, path, authority and headers as they were sent', async () => {
    const { body } = await ask(served.port, '/headers?a=%20b', {
      method: 'DELETE',
      headers: { 'X-One': 'ä'.normalize('NFC'), 'x-many': ['1', '2'], connection: 'keep-alive' },
    })
    expect(body).toContain('DELETE')
    expect(body).toContain('/headers?a=%20b')
    expect(body).toContain(`127.0.0.1:${served.port}`)
    expect(body.toLowerCase()).toContain('x-one')
    expect(body.match(/x-many/gi)).toHaveLength(2)
    expect(body.toLowerCase()).not.toContain('keep-alive')
  })

  it('sends repeated headers one by one', async () => {
    const { headers } = await ask(served.port, '/cookies')
    expect(headers['set-cookie']?.length).toBeGreaterThan(1)
  })

  it.each([204, 304, 404, 500, 599])('answers with status %d', async (status) => {
    expect(await ask(served.port, `/status/${status}`)).toMatchObject({ status })
  })

  it('has a fresh instance for each request', async () => {
    const counts = []
    for (let i = 0; i < 3; i++) counts.push((await ask(served.port, '/count')).body.trim())
    expect(counts).toStrictEqual(['1', '1', '1'])
  })

  it('passes on variables and arguments', async () => {
    const { body } = await ask(served.port, '/env')
    expect(body).toContain('GREETING=hello')
    expect(body).toContain('--x')
  })

  it('answers HEAD without a body', async () => {
    const { status, headers, body } = await ask(served.port, '/', { method: 'HEAD' })
    expect(status).toBe(200)
    expect(body).toBe('')
    expect(Number(headers['content-length'])).toBeGreaterThan(0)
  })

  it('keeps connections alive', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const local = []
    for (let i = 0; i < 3; i++) local.push((await ask(served.port, '/count', { agent })).body)
    expect(Object.values(agent.freeSockets).flat()).toHaveLength(1)
    agent.destroy()
    expect(local).toHaveLength(3)
  })

  it('streams a body both ways: each piece comes back before the next one is sent', async () => {
    const socket = connect(served.port, '127.0.0.1')
    socket.setEncoding('latin1')
    socket.write('POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n')
    let seen = ''
    socket.on('data', (text: string) => (seen += text))
    for (const piece of ['first', 'second', 'third']) {
      socket.write(`${piece.length.toString(16)}\r\n${piece}\r\n`)
      while (!seen.includes(piece)) await once(socket, 'data')
    }
    socket.write('0\r\n\r\n')
    while (!seen.endsWith('0\r\n\r\n')) await once(socket, 'data')
    socket.destroy()
    expect(seen).toMatch(/^HTTP\/1.1 200 OK\r\n/)
  })

  it('echoes a large body of known length, and one that is chunked', async () => {
    const body = Buffer.alloc(900_000, 'abcdefgh')
    const known = await ask(served.port, '/echo', { method: 'POST', body })
    expect(known.bytes.equals(body)).toBe(true)
    const pieces = async function* () {
      for (let i = 0; i < 100; i++) yield await Promise.resolve('x'.repeat(1000))
    }
    const chunked = await ask(served.port, '/echo', { method: 'POST', body: pieces() })
    expect(chunked.body).toBe('x'.repeat(100_000))
  })

  it('sends what a guest streams as it is written', async () => {
    const { status, body, headers } = await ask(served.port, '/stream')
    expect(status).toBe(200)
    expect(headers['transfer-encoding']).toBe('chunked')
    expect(body.length).toBeGreaterThan(0)
  })

  it('carries trailers both ways', async () => {
    const { trailers } = await ask(served.port, '/trailers', { headers: { te: 'trailers' } })
    expect(Object.keys(trailers).length).toBeGreaterThan(0)

    const socket = connect(served.port, '127.0.0.1')
    socket.setEncoding('latin1')
    socket.write(
      'POST /echo-trailers HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTrailer: x-sum\r\nTransfer-Encoding: chunked\r\n\r\n' +
        '3\r\nabc\r\n0\r\nx-sum: 42\r\n\r\n',
    )
    let seen = ''
    socket.on('data', (text: string) => (seen += text))
    await once(socket, 'close')
    expect(seen).toMatch(/0\r\nx-sum: 42\r\n\r\n$/i)
  })

  it('accepts a body that is written before the response is set', async () => {
    expect(await ask(served.port, '/body-first')).toMatchObject({ status: 200 })
  })

  it('answers with megabytes to a slow client', async () => {
    const { bytes } = await ask(served.port, `/big/${MIB}`)
    expect(bytes.length).toBe(MIB)
  })

  it('logs what a guest writes', async () => {
    const output = (stream: string) =>
      firstValueFrom(
        served.events$.pipe(
          filter((event) => event.type === 'output'),
          filter((event) => event.stream === stream),
          map(({ data }) => Buffer.from(data).toString()),
          scan((all, text) => all + text, ''),
          filter((all) => all.includes('\n')),
        ),
      )
    const texts = Promise.all([output('stdout'), output('stderr')])
    expect(await ask(served.port, '/log')).toMatchObject({ status: 200 })
    expect((await texts).every((text) => text.length > 1)).toBe(true)
  })

  it('answers many requests at once', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask(served.port, '/count')))
    expect(answers.every(({ status, body }) => status === 200 && body.trim() === '1')).toBe(true)
  })
})
