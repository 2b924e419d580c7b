import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { firstValueFrom } from 'rxjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFederatedHttp, type FederatedHttpOptions } from '../../../src/io/federated/http.js'
import { makeCerts, type Certs } from '../../support/certs.js'
import { useCleanup } from '../../support/cleanup.js'
import { freePort } from '../../support/free-port.js'
import { ExchangeError, type Endpoint } from '../../../src/model/federated.js'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

const cleanup = useCleanup()

const listening = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanup(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

const serve = async (handler: Handler): Promise<string> =>
  `http://127.0.0.1:${await listening(createServer(handler))}`

const http = (options: Partial<FederatedHttpOptions> = {}) =>
  createFederatedHttp({
    network: { rules: [], tls: { ca: undefined, verify: true } },
    maxBytes: 1000,
    ...options,
  })

const at = (url: string, isOfTask = false): Endpoint => ({ url, shown: 'shown', isOfTask })

const get = (url: string, options?: Partial<FederatedHttpOptions>) =>
  firstValueFrom(http(options).get(at(url)))
const post = (url: string, json: string) => firstValueFrom(http().post(at(url), json))

const failing = async (work: Promise<unknown>): Promise<ExchangeError> => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof ExchangeError) return error
  throw new Error(`no such error: ${String(error)}`)
}

const answering =
  (body: string | Buffer, headers: Record<string, string> = {}, status = 200): Handler =>
  (_, response) =>
    void response.writeHead(status, headers).end(body)

describe('GET', () => {
  it('returns the JSON of an answer, without white space, whatever its content type', async () => {
    const seen: (string | undefined)[] = []
    const url = await serve((request, response) => {
      seen.push(request.method, request.url, request.headers.accept, request.headers.authorization)
      response.writeHead(200, { 'content-type': 'text/plain' })
      response.write('{ "w": [1.0,')
      response.end(' 9007199254740993 ], "é": "a b" }\n')
    })
    const own = url.replace('//', '//user:pass%20word@')
    expect(await get(`${own}/models/3?a=b`)).toBe('{"w":[1.0,9007199254740993],"é":"a b"}')
    const basic = `Basic ${Buffer.from('user:pass word').toString('base64')}`
    expect(seen).toStrictEqual(['GET', '/models/3?a=b', 'application/json', basic])
  })

  it.each([
    ['no JSON', answering('{"a":'), 'its answer is not JSON: unexpected end'],
    ['a page', answering('<html>'), 'its answer is not JSON: expected a value'],
    ['nothing', answering(''), 'its answer is not JSON: unexpected end'],
    [
      'what is no UTF-8',
      answering(Buffer.from([0x22, 0xff, 0x22])),
      'its answer is not JSON: expected UTF-8',
    ],
    [
      'what is compressed',
      answering(gzipSync('{}'), { 'content-encoding': 'gzip' }),
      'its answer is compressed (gzip), which was not requested',
    ],
    ['404', answering('{}', {}, 404), 'it answered with status 404'],
    ['304', answering('', {}, 304), 'it answered with status 304'],
  ])('fails permanently for %s', async (_, handler, message) => {
    expect(await failing(get(await serve(handler)))).toMatchObject({ message, isPassing: false })
  })

  it.each([500, 503, 429])('may retry after status %d', async (status) => {
    expect(await failing(get(await serve(answering('{}', {}, status))))).toMatchObject({
      message: `it answered with status ${status}`,
      isPassing: true,
    })
  })

  it('accepts no more than the limit, with a declared length or without', async () => {
    const message = 'its answer is larger than 1000 bytes (PROPLET_FL_MAX_BYTES)'
    const body = `"${'x'.repeat(2000)}"`
    const told = await serve(answering(body, { 'content-length': '2002' }))
    expect(await failing(get(told))).toMatchObject({ message, isPassing: false })
    const closed: Promise<unknown>[] = []
    const endless = await serve((_, response) => {
      closed.push(once(response, 'close'))
      const more = () => {
        while (!response.destroyed && response.write(' '.repeat(500)));
      }
      response.on('drain', more)
      more()
    })
    expect(await failing(get(endless))).toMatchObject({ message, isPassing: false })
    await Promise.all(closed)
    expect(await get(told, { maxBytes: 2002 })).toBe(body)
  })

  it('may retry if nobody listens, or the connection breaks', async () => {
    const nobody = await failing(get(`http://127.0.0.1:${await freePort()}`))
    expect(nobody).toMatchObject({
      message: expect.stringContaining('ECONNREFUSED') as string,
      isPassing: true,
    })
    const broken = await serve((request) => request.socket.destroy())
    expect(await failing(get(broken))).toMatchObject({ isPassing: true })
    const cut = await serve((_, response) => {
      response.write('{"a":')
      response.socket?.end()
    })
    expect(await failing(get(cut))).toMatchObject({ isPassing: true })
  })

  it('follows redirects within the origin, with its credentials, a few times', async () => {
    const seen: (string | undefined)[] = []
    const url = await serve((request, response) => {
      seen.push(request.url, request.headers.authorization)
      if (request.url === '/a') response.writeHead(302, { location: '/b' }).end()
      else if (request.url === '/b') response.writeHead(308, { location: 'c' }).end()
      else if (request.url === '/loop') response.writeHead(302, { location: '/loop' }).end()
      else response.end('1')
    })
    const basic = `Basic ${Buffer.from('u:p').toString('base64')}`
    expect(await get(`${url.replace('//', '//u:p@')}/a`)).toBe('1')
    expect(seen).toStrictEqual(['/a', basic, '/b', basic, '/c', basic])
    expect((await failing(get(`${url}/loop`))).message).toBe('it redirects more than 3 times')
  })

  it('follows none to another origin', async () => {
    const other = await serve(() => {
      throw new Error('it was followed')
    })
    const message = 'it redirects to another origin, which is not followed'
    for (const location of [`${other}/`, 'file:///etc/passwd', 'http://[', '//169.254.169.254/latest'])
      expect(await failing(get(await serve(answering('', { location }, 302))))).toMatchObject({
        message,
        isPassing: false,
      })
  })

  it('ends on unsubscription, before and during an answer', async () => {
    for (const begin of [false, true]) {
      const [arrived, gone] = [new EventTarget(), new EventTarget()]
      const url = await serve((request, response) => {
        request.socket.once('close', () => gone.dispatchEvent(new Event('gone')))
        if (begin) response.write('[1,')
        arrived.dispatchEvent(new Event('arrived'))
      })
      const came = once(arrived, 'arrived')
      const left = once(gone, 'gone')
      const seen: unknown[] = []
      const subscription = http()
        .get(at(url))
        .subscribe({ next: (each) => seen.push(each), error: (each) => seen.push(each) })
      await came
      subscription.unsubscribe()
      await left
      expect(seen).toStrictEqual([])
    }
  })

  it.each(['169.254.169.254', '[fe80::1]', '[::ffff:169.254.169.254]', '2852039166'])(
    'sends no request to %s for a task',
    async (host) => {
      const error = await failing(firstValueFrom(http().get(at(`http://${host}/latest/meta-data`, true))))
      expect(error.message).toContain('is a link-local address that is not listed')
      expect(error.isPassing).toBe(false)
    },
  )

  it('sends requests for a task to this machine and its network', async () => {
    const url = await serve(answering('1'))
    for (const own of [url, url.replace('127.0.0.1', 'localhost')])
      expect(await firstValueFrom(http().get(at(own, true)))).toBe('1')
  })
})

describe('POST', () => {
  it('sends the text unchanged', async () => {
    const seen: unknown[] = []
    const url = await serve((request, response) => {
      request.setEncoding('utf8')
      let body = ''
      request.on('data', (piece: string) => (body += piece))
      request.on('end', () => {
        seen.push(request.method, request.url, request.headers['content-type'], body)
        response.writeHead(202).end('thank you')
      })
    })
    const json = '{"a": 9007199254740993, "b": 1.0, "é": "ü"}'
    expect(await post(`${url}/update`, json)).toBe(true)
    expect(seen).toStrictEqual(['POST', '/update', 'application/json', json])
  })

  it('succeeds whatever becomes of the rest of the answer', async () => {
    const url = await serve((request, response) => {
      request.resume().on('end', () => {
        response.writeHead(200, { 'content-length': '100' })
        response.write('half')
        response.socket?.end()
      })
    })
    expect(await post(url, '{}')).toBe(true)
  })

  it('may retry only what was not accepted', async () => {
    const passes = async (url: string) => (await failing(post(url, '{}'))).isPassing
    expect(await passes(`http://127.0.0.1:${await freePort()}`)).toBe(true)
    expect(await passes(await serve(answering('', {}, 503)))).toBe(true)
    expect(await passes(await serve(answering('', {}, 429)))).toBe(true)
    expect(await passes(await serve(answering('', {}, 500)))).toBe(false)
    expect(await passes(await serve(answering('', {}, 409)))).toBe(false)
    expect(await passes(await serve((request) => request.socket.destroy()))).toBe(false)
  })

  it('follows redirects that keep its method, within the origin', async () => {
    const seen: unknown[] = []
    const url = await serve((request, response) => {
      request.resume()
      seen.push(request.method, request.url)
      if (request.url === '/a') response.writeHead(307, { location: '/b' }).end()
      else if (request.url === '/c') response.writeHead(303, { location: '/b' }).end()
      else response.end()
    })
    expect(await post(`${url}/a`, '{}')).toBe(true)
    expect((await failing(post(`${url}/c`, '{}'))).message).toBe(
      'it redirects to another origin, which is not followed',
    )
    expect(seen).toStrictEqual(['POST', '/a', 'POST', '/b', 'POST', '/c'])
  })
})

describe('HTTPS', () => {
  let certs: Certs
  beforeAll(async () => {
    certs = await makeCerts()
  })
  afterAll(() => certs.remove())

  it('trusts the authorities that are configured, and checks certificates unless told not to', async () => {
    const { server, ca, otherCa } = certs
    const port = await listening(createTlsServer({ cert: server.cert, key: server.key }, answering('1')))
    const url = `https://localhost:${port}`
    expect(await get(url, { network: { rules: [], tls: { ca: ca.cert, verify: true } } })).toBe('1')
    expect(await get(url, { network: { rules: [], tls: { ca: undefined, verify: false } } })).toBe('1')
    for (const wrong of [undefined, otherCa.cert]) {
      const error = await failing(get(url, { network: { rules: [], tls: { ca: wrong, verify: true } } }))
      expect(error.message).toMatch(/certificate|self.signed/)
      expect(error.isPassing).toBe(false)
    }
  })
})
