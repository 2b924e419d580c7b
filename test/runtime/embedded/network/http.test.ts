import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net'
import { timer, map } from 'rxjs'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { NetworkOptions, NetworkRule } from '../../../../src/net/policy.js'
import type { StopReason } from '../../../../src/model/runtime.js'
import { makeCerts } from '../../../support/certs.js'
import { fixture, ISOLATIONS, run, runtimeOfTest } from '../harness.js'
import { ask, http, serveIn } from '../http/server.js'

const EVERYTHING: readonly NetworkRule[] = [{ host: '*', port: undefined }]
/** Error numbers of wasi:http. */
const ERRORS = {
  'DNS-error': 1,
  'connection-refused': 6,
  'connection-terminated': 7,
  'TLS-certificate-error': 13,
  'HTTP-request-denied': 15,
  'HTTP-request-URI-invalid': 19,
  'HTTP-response-timeout': 33,
} as const
const errorText = (name: keyof typeof ERRORS) => `error ${ERRORS[name]}\n`

const portOf = async (server: Server): Promise<number> => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}
const serverOf = (listener: RequestListener) => portOf(createServer(listener))

const client = fixture('components/http-client')

describe.each(ISOLATIONS)('a component that sends HTTP requests (%s)', (isolation) => {
  const open = (network: Partial<NetworkOptions> = {}) =>
    runtimeOfTest({
      isolation,
      network: { rules: EVERYTHING, tls: { ca: undefined, verify: true }, ...network },
    })
  const results = async (inputs: readonly string[], network: Partial<NetworkOptions> = {}) => {
    const { outcome } = await run(await open(network), { binary: client, inputs })
    return outcome.kind === 'completed' ? outcome.results : outcome
  }

  it('sends method, path, fields, body and trailers, and gets what comes back', async () => {
    const port = await serverOf((request, response) => {
      const seen: Buffer[] = []
      request.on('data', (data: Buffer) => seen.push(data))
      request.on('end', () => {
        response.writeHead(203, {
          'x-method': request.method,
          'x-path': request.url,
          'set-cookie': ['a', 'b'],
        })
        response.write(`${request.headersDistinct['x-one']?.join() ?? ''} ${request.headers.host ?? ''} `)
        response.write(`${Buffer.concat(seen).toString()} ${String(request.trailers['x-sum'])}\n`)
        response.addTrailers([['x-end', 'yes']])
        response.end()
      })
    })
    const text = await results(['PURGE', 'http', `127.0.0.1:${port}`, '/a?b=c', 'hello'])
    expect(text).toMatch(/^status: 203\n/)
    expect(text).toContain('x-method: PURGE\nx-path: /a?b=c\nset-cookie: a\nset-cookie: b\n')
    expect(text).toContain(`1,2 127.0.0.1:${port} hello 42\nx-end: yes\n`)
    expect(text).not.toContain('transfer-encoding')
  })

  it('sends no body if there is none, and a large one at the pace of the peer', async () => {
    const bodies: string[] = []
    const port = await serverOf((request, response) => {
      let length = 0
      request.on('data', (data: Buffer) => (length += data.length))
      request.on('end', () => {
        bodies.push(`${request.headers['transfer-encoding'] ?? 'none'} ${length}`)
        response.end('x'.repeat(length))
      })
    })
    expect(await results(['GET', 'http', `localhost:${port}`, '/'])).toMatch(/^status: 200\n/)
    const large = await results(['POST', 'http', `localhost:${port}`, '/', 'y'.repeat(700_000)])
    expect(large).toSatisfy((text) => typeof text === 'string' && text.endsWith('x'.repeat(700_000)))
    expect(bodies).toStrictEqual(['none 0', 'chunked 700000'])
  })

  it('gets an error that says what went wrong', async () => {
    const closed = createTcpServer((socket) => void socket.destroy())
    const broken = await portOf(closed)
    const silent = await serverOf(() => undefined)
    expect(await results(['GET', 'http', `127.0.0.1:${broken}`, '/'])).toBe(
      errorText('connection-terminated'),
    )
    expect(await results(['GET', 'http', 'nowhere.invalid', '/'])).toMatch(/^error [01]\n$/)
    expect(await results(['GET', 'http', `127.0.0.1:${silent}`, '/', '', '30000000'])).toBe(
      errorText('HTTP-response-timeout'),
    )
    expect(await results(['GET', 'http', 'example.org:99999', '/'])).toBe(
      errorText('HTTP-request-URI-invalid'),
    )
    expect(await results(['GET', 'http', '127.0.0.1:1', '/'])).toBe(errorText('connection-refused'))
  })

  it.each(['169.254.169.254', '100.100.100.200', '192.0.0.192', '[fe80::1]', '[fd00:ec2::254]'])(
    'may not reach the link-local address %s by *',
    async (address) => {
      expect(await results(['GET', 'http', address, '/'])).toBe(errorText('HTTP-request-denied'))
    },
  )

  it.each(['[::ffff:a9fe:a9fe]', '[64:ff9b::a9fe:a9fe]', '[2002:a9fe:a9fe::]', '[::a9fe:a9fe]'])(
    'may not reach 169.254.169.254 as %s',
    async (address) => {
      expect(await results(['GET', 'http', address, '/'])).toBe(errorText('HTTP-request-denied'))
    },
  )

  it.each([
    ['?q=1', '/?q=1'],
    ['/a?b#fragment', '/a?b'],
  ])('C25: requests %j as %j', async (path, expected) => {
    const port = await serverOf((request, response) => response.end(request.url))
    expect(await results(['GET', 'http', `127.0.0.1:${port}`, path])).toContain(expected)
  })

  it('C25: encodes non-ASCII text as UTF-8', async () => {
    let line = ''
    const port = await portOf(
      createTcpServer((socket) =>
        socket.once('data', (head: Buffer) => {
          line = head.toString('utf8').split('\r\n', 1)[0] ?? ''
          socket.end('HTTP/1.1 204 No Content\r\n\r\n')
        }),
      ),
    )
    expect(await results(['GET', 'http', `127.0.0.1:${port}`, '/\u00fc?\u{1f600}'])).toMatch(/^status: 204/)
    expect(line).toBe('GET /\u00fc?\u{1f600} HTTP/1.1')
  })

  it.each(['rel', 'http://example.org/', 'a b', '/a b'])('C25: may not request %j', async (path) => {
    const port = await serverOf((_request, response) => response.end('asked after all'))
    expect(await results(['GET', 'http', `127.0.0.1:${port}`, path])).not.toContain('asked after all')
  })

  it('gets an error if a response breaks off', async () => {
    const port = await serverOf((_request, response) => {
      response.writeHead(200, { 'content-length': 100 })
      response.write('begun', () => response.destroy())
    })
    expect(await results(['GET', 'http', `127.0.0.1:${port}`, '/'])).toMatch(/begunerror 7\n$/)
  })

  it('is denied what is not allowed, with a log line', async () => {
    const port = await serverOf((_request, response) => response.end('reached'))
    const rules = [
      { host: 'example.org', port: undefined },
      { host: '127.0.0.1', port: port + 1 },
    ]
    for (const host of ['127.0.0.1', 'localhost']) {
      const inputs = ['GET', 'http', `${host}:${port}`, '/']
      const { outcome, warnings } = await run(await open({ rules }), { binary: client, inputs })
      expect(outcome).toMatchObject({ results: errorText('HTTP-request-denied') })
      expect(warnings).toStrictEqual([`no access to "${host}:${port}": PROPLET_NETWORK does not allow it`])
    }
    expect(await results(['GET', 'http', `127.0.0.1:${port}`, '/'], { rules: [] })).toBe(
      errorText('HTTP-request-denied'),
    )
    expect(
      await results(['GET', 'http', `localhost:${port}`, '/'], { rules: [{ host: 'localhost', port }] }),
    ).toMatch(/reached$/)
  })

  it('verifies certificates as configured', async () => {
    const { ca, server, remove } = await makeCerts()
    onTestFinished(remove)
    const secure = createTlsServer({ cert: server.cert, key: server.key }, (_request, response) =>
      response.end('secret'),
    )
    const inputs = ['GET', 'https', `localhost:${await portOf(secure)}`, '/']
    expect(await results(inputs)).toBe(errorText('TLS-certificate-error'))
    expect(await results(inputs, { tls: { ca: ca.cert, verify: true } })).toMatch(/secret$/)
    expect(await results(inputs, { tls: { ca: undefined, verify: false } })).toMatch(/secret$/)
  })

  it('ends at a stop while it waits', async () => {
    const port = await serverOf(() => undefined)
    const runtime = await open()
    const stop$ = timer(50).pipe(map((): StopReason => 'stopped'))
    const task = { binary: client, inputs: ['GET', 'http', `127.0.0.1:${port}`, '/'] }
    expect((await run(runtime, task, stop$)).outcome).toMatchObject({ kind: 'stopped' })
  })

  it('may send requests while it serves one', async () => {
    const port = await serverOf((_request, response) => response.end('from afar'))
    const runtime = await runtimeOfTest({
      isolation,
      http,
      memoryMaxBytes: 256 * 1024 * 1024,
      network: { rules: EVERYTHING, tls: { ca: undefined, verify: true } },
    })
    const served = await serveIn(runtime, { binary: fixture('components/page') })
    const { body } = await ask(served.port, `/fetch?url=http://127.0.0.1:${port}/`)
    expect(body).toBe('from afar')
  })
})
