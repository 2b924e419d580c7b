import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { endpointOf } from '../../../../src/runtime/embedded/http/endpoint.js'

const loopback = { host: '127.0.0.1', port: 8222 }
const found = (cliArgs: readonly string[], options = loopback) =>
  E.matchW(
    (error: string) => error,
    ({
      host,
      ports,
      cliArgs: rest,
    }: {
      host: string
      ports: readonly number[]
      cliArgs: readonly string[]
    }) => ({
      host,
      ports: [ports[0], ports.at(-1), ports.length],
      rest,
    }),
  )(endpointOf(cliArgs, options))

describe('where a task listens', () => {
  it('is the configured port or one of the next 99, up to the highest port', () => {
    expect(found(['a', '--b'])).toStrictEqual({
      host: '127.0.0.1',
      ports: [8222, 8321, 100],
      rest: ['a', '--b'],
    })
    expect(found([], { host: '::1', port: 65_500 })).toMatchObject({ ports: [65_500, 65_535, 36] })
  })

  it.each([
    [['--port', '80', 'x'], '127.0.0.1', 80, ['x']],
    [['--port=8080'], '127.0.0.1', 8080, []],
    [['--addr', '127.0.0.2:81'], '127.0.0.2', 81, []],
    [['y', '--addr=[::1]:82'], '::1', 82, ['y']],
    [['--port', '0'], '127.0.0.1', 0, []],
    [['--addr', '127.0.0.1:0'], '127.0.0.1', 0, []],
    [['--addr', 'localhost:83'], '127.0.0.1', 83, []],
    [['--addr', '127.0.0.3:1', '--port', '84'], '127.0.0.3', 84, []],
  ])('is exactly what %j asks for', (cliArgs, host, port, rest) => {
    expect(found(cliArgs)).toStrictEqual({ host, ports: [port, port, 1], rest })
  })

  it.each([
    [['--port'], '--port: expected a port, found ""'],
    [['--port', '65536'], '--port: expected a port, found "65536"'],
    [['--port', '8e3'], '--port: expected a port, found "8e3"'],
    [['--addr', '8080'], '--addr: expected HOST:PORT, found "8080"'],
    [['--addr', 'example.org:80'], '--addr: expected HOST:PORT, found "example.org:80"'],
    [['--addr', '0.0.0.0:80'], '--addr: "0.0.0.0" is not allowed; PROPLET_HTTP_PROXY_HOST is 127.0.0.1'],
    [['--addr', '192.0.2.1:80'], '--addr: "192.0.2.1" is not allowed; PROPLET_HTTP_PROXY_HOST is 127.0.0.1'],
  ])('is refused for %j', (cliArgs, error) => {
    expect(found(cliArgs)).toBe(error)
  })

  it('may be any address if the configuration allows all', () => {
    expect(found(['--addr', '192.0.2.1:80'], { host: '0.0.0.0', port: 1 })).toMatchObject({
      host: '192.0.2.1',
    })
    expect(found(['--addr', '[2001:db8::1]:80'], { host: '::', port: 1 })).toMatchObject({
      host: '2001:db8::1',
    })
  })
})
