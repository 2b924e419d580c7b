import { either as E } from 'fp-ts'
import { isIP } from 'node:net'
import { quote } from '../../guest/units.js'
import type { HttpOptions } from './options.js'

/** Where a task listens, and the arguments that are the guest's. */
export type Endpoint = {
  readonly host: string
  /** To be tried in turn. */
  readonly ports: readonly number[]
  readonly cliArgs: readonly string[]
}

const PORTS = 100
const MAX_PORT = 65_535
const FLAG = /^--(port|addr)(?:=(.*))?$/s

/**
 * `--port N` and `--addr HOST:PORT` among the arguments ask for just that port. An address other than the one of
 * the configuration is refused, unless it is of the loopback or the configuration allows every one (`0.0.0.0`, `::`).
 */
export function endpointOf(
  cliArgs: readonly string[],
  options: Pick<HttpOptions, 'host' | 'port'>,
): E.Either<string, Endpoint> {
  const rest: string[] = []
  let { host } = options
  let port: number | undefined
  for (let i = 0; i < cliArgs.length; i++) {
    const argument = cliArgs[i] ?? ''
    const [, flag, inline] = FLAG.exec(argument) ?? []
    if (flag === undefined) {
      rest.push(argument)
      continue
    }
    const value = inline ?? cliArgs[++i] ?? ''
    const found = flag === 'port' ? { host, port: portOf(value) } : addressOf(value)
    if (found?.port === undefined)
      return E.left(`--${flag}: expected ${flag === 'port' ? 'a port' : 'HOST:PORT'}, found ${quote(value)}`)
    if (!isAllowed(found.host, options.host))
      return E.left(`--addr: ${quote(found.host)} is not allowed; PROPLET_HTTP_PROXY_HOST is ${options.host}`)
    ;({ host, port } = found)
  }
  return E.right({ host, ports: port === undefined ? portsFrom(options.port) : [port], cliArgs: rest })
}

const portsFrom = (first: number): readonly number[] =>
  Array.from({ length: Math.min(PORTS, MAX_PORT - first + 1) }, (_, i) => first + i)

function portOf(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  return port >= 1 && port <= MAX_PORT ? port : undefined
}

function addressOf(text: string): { readonly host: string; readonly port: number | undefined } | undefined {
  const [, bracketed, plain, port = ''] = /^(?:\[([^\]]*)\]|([^:]*)):(\d+)$/.exec(text) ?? []
  const host = bracketed ?? plain ?? ''
  return host === 'localhost' || isIP(host) !== 0 ? { host, port: portOf(port) } : undefined
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))

const isAllowed = (host: string, configured: string): boolean =>
  host === configured || configured === '0.0.0.0' || configured === '::' || isLoopback(host)
