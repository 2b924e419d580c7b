import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { firstValueFrom } from 'rxjs'
import { afterEach, describe, expect, it } from 'vitest'
import { createPoster } from '../../../src/io/traces/post.js'
import type { TlsTrust } from '../../../src/net/tls.js'
import { makeCerts } from '../../support/certs.js'
import { useCleanup } from '../../support/cleanup.js'
import { freePort } from '../../support/free-port.js'

const cleanup = useCleanup(afterEach)
const TRUST = { ca: undefined, verify: true } as const

const collector = async (answer: (request: IncomingMessage, response: ServerResponse) => void) => {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  cleanup(() => {
    server.close()
    server.closeAllConnections()
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`
}

const posted = async (url: string, timeoutMs = 10_000) => {
  const poster = createPoster({ url: new URL(url), timeoutMs, tls: TRUST })
  cleanup(() => poster.close())
  return firstValueFrom(poster.post('{}'))
}

describe('a poster', () => {
  it('posts JSON over one connection, with the credentials of its URL', async () => {
    const seen: unknown[] = []
    const where = await collector((request, response) => {
      const { method, url, headers, socket } = request
      seen.push([method, url, headers['content-type'], headers.authorization, socket.remotePort])
      response.end('{"partialSuccess":{}}')
    })
    const poster = createPoster({
      url: new URL(`http://me:secret@${where}?k=1`),
      timeoutMs: 10_000,
      tls: TRUST,
    })
    cleanup(() => poster.close())
    expect(await firstValueFrom(poster.post('{}'))).toStrictEqual({ kind: 'taken', refused: 0 })
    await firstValueFrom(poster.post('{}'))
    const [first, second] = seen
    const credentials = `Basic ${Buffer.from('me:secret').toString('base64')}`
    expect(first).toStrictEqual([
      'POST',
      '/v1/traces?k=1',
      'application/json',
      credentials,
      expect.any(Number),
    ])
    expect(second).toStrictEqual(first)
  })

  it.each([
    [200, {}, '{"partialSuccess":{"rejectedSpans":"3"}}', { kind: 'taken', refused: 3 }],
    [200, {}, '{"partialSuccess":{"rejectedSpans":-3}}', { kind: 'taken', refused: 0 }],
    [202, {}, '<html>', { kind: 'taken', refused: 0 }],
    [200, {}, 'x'.repeat(200_000), { kind: 'taken', refused: 0 }],
    [503, {}, '', { kind: 'retry', why: 'the collector answered with status 503' }],
    [
      429,
      { 'retry-after': '7' },
      '',
      { kind: 'retry', why: 'the collector answered with status 429', afterMs: 7000 },
    ],
    [
      502,
      { 'retry-after': '999999' },
      '',
      { kind: 'retry', why: 'the collector answered with status 502', afterMs: 300_000 },
    ],
    [400, {}, '', { kind: 'refused', why: 'the collector answered with status 400' }],
    [302, { location: '/x' }, '', { kind: 'refused', why: 'the collector answered with status 302' }],
  ] as const)('handles the answer %i %o', async (status, headers, body, expected) => {
    const where = await collector((_request, response) => response.writeHead(status, headers).end(body))
    expect(await posted(`http://${where}`)).toStrictEqual(expected)
  })

  it('will retry with a collector that is away, silent, or not an HTTP server', async () => {
    const why = (text: string) => ({ kind: 'retry', why: expect.stringContaining(text) as string })
    expect(await posted(`http://127.0.0.1:${await freePort()}/`)).toStrictEqual(why('ECONNREFUSED'))
    const silent = await collector(() => undefined)
    expect(await posted(`http://${silent}`, 50)).toStrictEqual(why('no answer within 50 ms'))
    expect(await posted(`https://${silent}`)).toMatchObject({ kind: 'retry' })
    const rude = await collector(({ socket }) => socket.end('nonsense\r\n\r\n'))
    expect(await posted(`http://${rude}`)).toMatchObject({ kind: 'retry' })
    const short = await collector((_request, response) => {
      response.writeHead(200, { 'content-length': '10' }).write('x')
      response.socket?.end()
    })
    expect(await posted(`http://${short}`)).toMatchObject({ kind: 'retry' })
  })

  it('trusts the authorities that are configured', async () => {
    const { server, ca, remove } = await makeCerts()
    cleanup(() => void remove())
    const secure = createTlsServer({ cert: server.cert, key: server.key }, (_request, response) =>
      response.end('{}'),
    ).listen(0, '127.0.0.1')
    await new Promise((resolve) => secure.once('listening', resolve))
    cleanup(() => {
      secure.close()
      secure.closeAllConnections()
    })
    const url = new URL(`https://localhost:${(secure.address() as AddressInfo).port}/`)
    const sent = async (tls: TlsTrust) => {
      const poster = createPoster({ url, timeoutMs: 10_000, tls })
      cleanup(() => poster.close())
      return firstValueFrom(poster.post('{}'))
    }
    expect(await sent({ ca: ca.cert, verify: true })).toStrictEqual({ kind: 'taken', refused: 0 })
    expect(await sent({ ca: undefined, verify: false })).toStrictEqual({ kind: 'taken', refused: 0 })
    expect(await sent(TRUST)).toMatchObject({ kind: 'retry' })
  })
})
