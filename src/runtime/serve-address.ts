import { isIP } from 'node:net'
import * as E from 'fp-ts/lib/Either.js'
import { quote } from '@proplet/component/units.js'

/** The address for a server. */
export type Address = { readonly host: string; readonly port: number }

const PORTS = 100
const MAX_PORT = 65_535

/** The ports that are tried in turn if none was requested. */
export const portsFrom = (first: number): readonly number[] =>
  Array.from({ length: Math.min(PORTS, MAX_PORT - first + 1) }, (_, i) => first + i)

/**
 * What `--port N` or `--addr HOST:PORT` asks for. A host other than the one of the configuration is refused, unless it
 * is of the loopback, or the configuration has them all (`0.0.0.0`, `::`).
 * @param host for a port without one
 * @param configured the host of the configuration
 * @param lowest the lowest port that may be asked for; 0 is any that is free
 */
export function askedAddress(
  flag: '--port' | '--addr',
  value: string,
  host: string,
  configured: string,
  lowest: 0 | 1,
): E.Either<string, Address> {
  const [askedHost, digits] = flag === '--port' ? [host, value] : parts(value)
  const port = /^\d{1,5}$/.test(digits) ? Number(digits) : -1
  if (askedHost === undefined || port < lowest || port > MAX_PORT)
    return E.left(`${flag}: expected ${flag === '--port' ? 'a port' : 'HOST:PORT'}, found ${quote(value)}`)
  return isAllowed(askedHost, configured)
    ? E.right({ host: askedHost, port })
    : E.left(`--addr: ${quote(askedHost)} is not allowed; PROPLET_HTTP_PROXY_HOST is ${configured}`)
}

function parts(text: string): readonly [host: string | undefined, port: string] {
  const [, bracketed, plain, port = ''] = /^(?:\[([^\]]*)\]|([^:]*)):(\d+)$/.exec(text) ?? []
  const host = bracketed ?? plain ?? ''
  if (host === 'localhost') return ['127.0.0.1', port]
  return [isIP(host) === 0 ? undefined : host, port]
}

const isAllowed = (host: string, configured: string): boolean =>
  host === configured ||
  configured === '0.0.0.0' ||
  configured === '::' ||
  host === '::1' ||
  (isIP(host) === 4 && host.startsWith('127.'))
