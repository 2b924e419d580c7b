import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { expect, it, onTestFinished } from 'vitest'
import { makeCerts, type Pair } from '../../support/certs.js'
import { freePort } from '../../support/free-port.js'
import { runtimeWithHal, scenesOf } from './harness.js'
import { EVERYTHING, listening, say } from './network.js'

it('issue 16, 4: a guest listens, accepts and answers, as a TCP client and over UDP too', async () => {
  const runtime = await runtimeWithHal({}, { network: EVERYTHING })
  const call = scenesOf(runtime)
  const port = await freePort()
  const [served, heard] = await Promise.all([call('echo-once', [String(port)]), say(port, 'over TCP')])
  expect([served, heard]).toStrictEqual(['ok("over TCP")', 'over TCP'])

  const echo = await listening(createServer((socket) => void socket.pipe(socket)))
  expect(await call('talk', ['0', '"127.0.0.1"', String(echo), '"hello"'])).toBe('ok("hello")')
  expect(await call('talk', ['0', '"localhost"', String(echo), '"hello"'])).toBe('ok("hello")')

  const udp = createSocket('udp4', (message, { port: from }) => udp.send(message, from, '127.0.0.1'))
  await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve))
  onTestFinished(() => void udp.close())
  expect(await call('talk', ['1', '"127.0.0.1"', String(udp.address().port), '"hello"'])).toBe('ok("hello")')
  expect(await call('talk', ['3', '"127.0.0.1"', '9', '""'])).toBe(
    'err("connect() only supported for TCP in v1")',
  )
})

it('issue 16, 4: the permissions of PROPLET_NETWORK hold', async () => {
  const echo = await listening(createServer((socket) => void socket.pipe(socket)))
  const denied = scenesOf(await runtimeWithHal())
  for (const protocol of ['0', '1', '2'])
    expect(await denied('talk', [protocol, '"127.0.0.1"', String(echo), '"x"'])).toMatch(
      /^err\("Permission denied: .*PROPLET_NETWORK"\)$/,
    )
  expect(await denied('echo-once', [String(await freePort())])).toMatch(/^err\("Permission denied: /)
  const some = scenesOf(
    await runtimeWithHal(
      {},
      { network: { rules: [{ host: '127.0.0.1', port: echo }], tls: { ca: undefined, verify: true } } },
    ),
  )
  expect(await some('talk', ['0', '"127.0.0.1"', String(echo), '"x"'])).toBe('ok("x")')
  expect(await some('talk', ['0', '"127.0.0.1"', String(echo + 1), '"x"'])).toMatch(
    /^err\("Permission denied: /,
  )
})

it("issue 16, 4: TLS is verified against the proplet's trusted CAs, for the address as written", async () => {
  const { ca, server, misnamed, otherCa, remove } = await makeCerts()
  onTestFinished(remove)
  const secure = async ({ cert, key }: Pair) => {
    const made = createTlsServer({ cert, key }, (socket) => {
      socket.on('error', () => undefined)
      socket.pipe(socket)
    })
    made.on('tlsClientError', () => undefined)
    return listening(made)
  }
  const trusting = async ({ cert }: Pair) =>
    scenesOf(await runtimeWithHal({}, { network: { ...EVERYTHING, tls: { ca: cert, verify: true } } }))
  const call = await trusting(ca)
  const talk = (port: number) => ['2', '"localhost"', String(port), '"secret"']
  const good = await secure(server)
  expect(await call('talk', talk(good))).toBe('ok("secret")')
  expect(await call('talk', talk(await secure(misnamed)))).toMatch(
    /^err\("Network operation failed: certificate not trusted/,
  )
  expect(await (await trusting(otherCa))('talk', talk(good))).toMatch(
    /^err\("Network operation failed: certificate not trusted/,
  )
})
