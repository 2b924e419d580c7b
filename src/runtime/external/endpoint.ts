import { isIP } from 'node:net'
import * as E from 'fp-ts/lib/Either.js'
import { askedAddress, portsFrom } from '../serve-address.js'
import type { CliOption } from './cli-args.js'

/** The address for a server. */
export type Endpoint = {
  readonly host: string
  /** Tried in turn. */
  readonly ports: readonly number[]
  /** The remaining options. */
  readonly options: readonly CliOption[]
}

/** `--port N` and `--addr HOST:PORT` select only that port; see `askedAddress`. */
export function endpointOf(
  options: readonly CliOption[],
  http: { readonly host: string; readonly port: number },
): E.Either<string, Endpoint> {
  let { host } = http
  let ports = portsFrom(http.port)
  const rest: CliOption[] = []
  for (const option of options) {
    const { name, value = '' } = option
    if (name !== '--port' && name !== '--addr') {
      rest.push(option)
      continue
    }
    const asked = askedAddress(name, value, host, http.host, 1)
    if (E.isLeft(asked)) return asked
    host = asked.right.host
    ports = [asked.right.port]
  }
  return E.right({ host, ports, options: rest })
}

/** The address as text for an option or a URL. */
export const hostAndPort = (host: string, port: number): string =>
  `${isIP(host) === 6 ? `[${host}]` : host}:${port}`
