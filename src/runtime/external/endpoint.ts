import { isIP } from 'node:net'
import { either as E } from 'fp-ts'
import { quote } from '../guest/units.js'
import type { CliOption } from './cli-args.js'

/** Where a server is to listen. */
export type Endpoint = {
  readonly host: string
  /** To be tried in turn. */
  readonly ports: readonly number[]
  /** The options that are left. */
  readonly options: readonly CliOption[]
}

const PORTS = 100
const MAX_PORT = 65_535

/**
 * `--port N` and `--addr HOST:PORT` ask for just that port. A host other than the one of the configuration is refused,
 * unless it is of the loopback, or the configuration has them all (`0.0.0.0`, `::`).
 */
export function endpointOf(
  options: readonly CliOption[],
  http: { readonly host: string; readonly port: number },
): E.Either<string, Endpoint> {
  let { host } = http
  let ports = Array.from({ length: Math.min(PORTS, MAX_PORT - http.port + 1) }, (_, i) => http.port + i)
  const rest: CliOption[] = []
  for (const option of options) {
    const { name, value = '' } = option
    if (name !== '--port' && name !== '--addr') {
      rest.push(option)
      continue
    }
    const asked = name === '--port' ? { host, port: value } : addressOf(value)
    const port = /^\d{1,5}$/.test(asked?.port ?? '') ? Number(asked?.port) : 0
    if (asked === undefined || port < 1 || port > MAX_PORT)
      return E.left(`${name}: expected ${name === '--port' ? 'a port' : 'HOST:PORT'}, found ${quote(value)}`)
    if (!isAllowed(asked.host, http.host))
      return E.left(`--addr: ${quote(asked.host)} is not allowed; PROPLET_HTTP_PROXY_HOST is ${http.host}`)
    host = asked.host
    ports = [port]
  }
  return E.right({ host, ports, options: rest })
}

/** As an option of a command line, and in a URL. */
export const hostAndPort = (host: string, port: number): string =>
  `${isIP(host) === 6 ? `[${host}]` : host}:${port}`

function addressOf(text: string): { readonly host: string; readonly port: string } | undefined {
  const [, bracketed, plain, port = ''] = /^(?:\[([^\]]*)\]|([^:]*)):(\d+)$/.exec(text) ?? []
  const host = bracketed ?? plain ?? ''
  if (host === 'localhost') return { host: '127.0.0.1', port }
  return isIP(host) === 0 ? undefined : { host, port }
}

const isAllowed = (host: string, configured: string): boolean =>
  host === configured ||
  configured === '0.0.0.0' ||
  configured === '::' ||
  host === '::1' ||
  (isIP(host) === 4 && host.startsWith('127.'))
