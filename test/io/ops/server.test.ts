import { request, type IncomingHttpHeaders, type RequestOptions } from 'node:http'
import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { pino } from 'pino'
import { firstValueFrom, share, type Subscription } from 'rxjs'
import { afterEach, describe, expect, it } from 'vitest'
import { isLocalHost, isLoopback } from '../../../src/net/local-host.js'
import {
  openOpsServer,
  type OpsAddress,
  type OpsRoute,
  type OpsServerOptions,
} from '../../../src/io/ops/server/server.js'
import { useCleanup } from '../../support/cleanup.js'

const cleanup = useCleanup(afterEach)

const routes: readonly OpsRoute[] = [
  { method: 'GET', path: '/hello', handle: (_request, response, url) => response.end(`hello ${url.search}`) },
  { method: 'POST', path: '/hello', handle: (incoming, response) => void incoming.pipe(response) },
  {
    method: 'GET',
    path: '/throws',
    handle: () => {
      throw new Error('secret')
    },
  },
  { method: 'GET', path: '/hangs', handle: (_request, response) => void response.write('begun') },
]

const open = async (options: Partial<OpsServerOptions> = {}) => {
  const lines: string[] = []
  const log = pino({}, { write: (line: string) => void lines.push(line) })
  const server$ = openOpsServer({ host: '127.0.0.1', port: 0, routes, log, ...options }).pipe(share())
  const address = firstValueFrom(server$)
  const subscription: Subscription = server$.subscribe({ error: () => undefined })
  cleanup(() => subscription.unsubscribe())
  return { ...(await address), lines, close: () => subscription.unsubscribe() }
}

type Answer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string }

const ask = ({ port, address }: OpsAddress, options: RequestOptions, body = ''): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const asked = request({ host: address, port, ...options }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (data: string) => (text += data))
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
      )
    })
    asked.on('error', reject)
    asked.end(body)
  })

const rawTo = async (port: number): Promise<Socket> => {
  const socket = connect(port, '127.0.0.1')
  cleanup(() => socket.destroy())
  await once(socket, 'connect')
  return socket
}

describe('the HTTP server for operators', () => {
  it('answers its routes, including HEAD, and lists them for others', async () => {
    const server = await open()
    expect(await ask(server, { path: '/hello?x=1' })).toMatchObject({ status: 200, body: 'hello ?x=1' })
    expect(await ask(server, { path: '/hello', method: 'POST' }, 'said')).toMatchObject({ body: 'said' })
    const head = await ask(server, { path: '/hello', method: 'HEAD' })
    expect(head).toMatchObject({ status: 200, body: '' })
    expect(head.headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
    const other = await ask(server, { path: '/hello', method: 'DELETE' })
    expect(other).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD, POST' } })
    for (const path of ['/', '/hello/', '/Hello', '//hello', '/hello/../x', '*'])
      expect(await ask(server, { path })).toMatchObject({ status: 404 })
    expect(await ask(server, { path: 'http://[' })).toMatchObject({ status: 400 })
  })

  it('accepts only short bodies of a known length', async () => {
    const server = await open()
    const post = { path: '/hello', method: 'POST' }
    expect(await ask(server, post, 'x'.repeat(4096))).toMatchObject({ status: 200 })
    expect(await ask(server, post, 'x'.repeat(4097))).toMatchObject({ status: 413 })
    expect(await ask(server, { ...post, headers: { 'transfer-encoding': 'chunked' } }, 'x')).toMatchObject({
      status: 411,
    })
    const headers = { 'x-long': 'x'.repeat(9000) }
    expect(await ask(server, { path: '/hello', headers })).toMatchObject({ status: 431 })
  })

  it('answers on loopback addresses only requests whose Host names this machine', async () => {
    const server = await open()
    const as = (host: string) => ask(server, { path: '/hello', headers: { host } })
    for (const host of ['localhost', 'LOCALHOST:9092', 'a.localhost', '127.9.9.9:1', '[::1]:9092', '[::1]'])
      expect(await as(host)).toMatchObject({ status: 200 })
    for (const host of ['evil.example', 'localhost.evil.example', '10.0.0.1', '[::2]', 'a:b:c', 'xlocalhost'])
      expect(await as(host)).toMatchObject({ status: 421 })
    const wide = await open({ host: '0.0.0.0' })
    const asked = { path: '/hello', host: '127.0.0.1', headers: { host: 'proplet.example:9092' } }
    expect(await ask(wide, asked)).toMatchObject({ status: 200 })
  })

  it('survives a route that throws, and tells only the log why', async () => {
    const server = await open()
    expect(await ask(server, { path: '/throws' })).toMatchObject({ status: 500, body: 'internal error\n' })
    expect(server.lines.join('')).toContain('secret')
    expect(await ask(server, { path: '/hello' })).toMatchObject({ status: 200 })
  })

  it('reports why it cannot listen', async () => {
    const { port } = await open()
    const busy = `cannot listen on 127.0.0.1, port ${port}: the port is in use`
    await expect(open({ port })).rejects.toThrow(busy)
    await expect(open({ host: '192.0.2.1' })).rejects.toThrow('cannot listen on 192.0.2.1, port 0: ')
  })

  it('refuses connections beyond its cap, and cuts all of them on unsubscription', async () => {
    const server = await open()
    const many = await Promise.all(Array.from({ length: 64 }, () => rawTo(server.port)))
    const surplus = await rawTo(server.port)
    await once(surplus.resume(), 'close')
    const [first] = many
    first?.write('GET /hangs HTTP/1.1\r\nhost: localhost\r\n\r\n')
    await once(first ?? surplus, 'data')
    const closed = Promise.all(many.map((socket) => once(socket.resume(), 'close')))
    server.close()
    await closed
    await expect(rawTo(server.port)).rejects.toThrow('ECONNREFUSED')
  })

  it('cuts off slow clients', async () => {
    const { port } = await open({ slowMs: 100 })
    const slow = await rawTo(port)
    slow.write('GET /hello HTTP/1.1\r\nhost: localhost\r\nx-slow: ')
    slow.resume()
    await once(slow, 'close')
  })
})

describe('hosts', () => {
  it('recognises loopback addresses', () => {
    for (const address of ['127.0.0.1', '127.255.0.1', '::1', '::ffff:127.0.0.1'])
      expect([address, isLoopback(address)]).toStrictEqual([address, true])
    for (const address of ['0.0.0.0', '::', '10.0.0.1', '128.0.0.1', '::ffff:10.0.0.1', 'localhost', ''])
      expect([address, isLoopback(address)]).toStrictEqual([address, false])
    expect(isLocalHost('')).toBe(false)
  })
})
