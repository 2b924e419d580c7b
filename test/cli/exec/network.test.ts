import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { fixturePath } from '../../runtime/embedded/harness.js'
import { run } from './start.js'

const SOCKETS = fixturePath('components/sockets')
const CLIENT = fixturePath('components/http-client')
/** The first two are error numbers of wasi:sockets, the last one of wasi:http. */
const ACCESS_DENIED = 'error 1\n'
const UNRESOLVABLE = 'error 20\n'
const REQUEST_DENIED = 'error 15\n'

const portOf = async (server: Server) => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return String((server.address() as AddressInfo).port)
}
const tcpEcho = () => portOf(createServer((socket) => socket.pipe(socket)))
const httpEcho = () =>
  portOf(
    createHttpServer((request, response) => response.end(`${request.method ?? ''} ${request.url ?? ''}\n`)),
  )
const udpEcho = async () => {
  const socket = createSocket('udp4')
  socket.on('message', (text, { port, address }) => socket.send(text, port, address))
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  onTestFinished(() => void socket.close())
  return String(socket.address().port)
}

describe('C33: exec of a component that uses the network ends', () => {
  it.each([
    ['a connection', ['tcp', '127.0.0.1', '9', 'x'], ACCESS_DENIED],
    ['a listener', ['listen', '0'], ACCESS_DENIED],
    ['a datagram', ['udp', '127.0.0.1', '9', 'x'], ACCESS_DENIED],
    ['a look-up', ['lookup', 'localhost'], UNRESOLVABLE],
  ])('without a network: %s', async (_, args, stdout) => {
    for (const flags of [[], ['-S', 'tcp,udp'], ['-S', 'inherit-network,tcp=n,udp=n']]) {
      const result = await run([...flags, SOCKETS, ...args])
      expect(result).toMatchObject({ code: 0, stdout })
      expect(result.stderr).toMatch(/^Warning: no access to .*-S inherit-network/)
    }
  })

  it('with -S inherit-network: TCP, UDP, and listeners', async () => {
    const flags = ['-S', 'inherit-network', SOCKETS]
    const echoed = { code: 0, stdout: 'hello', stderr: '' }
    expect(await run([...flags, 'tcp', '127.0.0.1', await tcpEcho(), 'hello'])).toStrictEqual(echoed)
    expect(await run([...flags, 'udp', '127.0.0.1', await udpEcho(), 'hello'])).toMatchObject({ code: 0 })
    const refused = await run([...flags, 'tcp', '127.0.0.1', '1', 'hello'])
    expect(refused).toStrictEqual({ code: 0, stdout: 'error 14\n', stderr: '' })
  })

  it('with -S allow-ip-name-lookup, which allows only look-ups', async () => {
    const flags = ['-S', 'allow-ip-name-lookup', SOCKETS]
    expect(await run([...flags, 'lookup', 'localhost'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/127\.0\.0\.1|ipv6/) as string,
      stderr: '',
    })
    expect(await run([...flags, 'tcp', '127.0.0.1', await tcpEcho(), 'x'])).toMatchObject({
      stdout: ACCESS_DENIED,
    })
  })

  it('with -S http, which allows only requests', async () => {
    const port = await httpEcho()
    const { code, stdout, stderr } = await run([
      '-S',
      'http',
      CLIENT,
      'POST',
      'http',
      `127.0.0.1:${port}`,
      '/a',
      'b',
    ])
    expect({ code, stderr }).toStrictEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^status: 200\n/)
    expect(stdout).toContain('POST /a\n')
    const denied = await run([CLIENT, 'GET', 'http', `127.0.0.1:${port}`, '/'])
    expect(denied).toMatchObject({ code: 0, stdout: REQUEST_DENIED })
    expect(await run(['-S', 'http', SOCKETS, 'tcp', '127.0.0.1', port, 'x'])).toMatchObject({
      stdout: ACCESS_DENIED,
    })
  })

  it('refuses requests to cloud metadata addresses', async () => {
    const { stdout, stderr } = await run(['-S', 'http', CLIENT, 'GET', 'http', '169.254.169.254', '/'])
    expect({ stdout, stderr }).toStrictEqual({
      stdout: REQUEST_DENIED,
      stderr: expect.stringContaining('169.254.169.254:80') as string,
    })
  })
})
