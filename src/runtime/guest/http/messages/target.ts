import type { IncomingMessage } from 'node:http'
import * as E from 'fp-ts/lib/Either.js'

/** The target of a request, as the guest sees it. */
export type Target = {
  readonly authority: string | undefined
  /** Path and query, as sent by the client. */
  readonly path: string
}

const ABSOLUTE = /^https?:\/\/([^/?#]*)([^#]*)$/i
const AUTHORITY = /^(?:\[[0-9A-Fa-f:.]+\]|[^\s/?#@[\]\\:]+)(?::\d{0,5})?$/

const HOST = 'host'

function hostsIn(rawHeaders: readonly string[]): readonly string[] {
  const hosts: string[] = []
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? ''
    if (name.length === HOST.length && name.toLowerCase() === HOST) hosts.push(rawHeaders[i + 1] ?? '')
  }
  return hosts
}

/**
 * The target of a request by RFC 9112: a target in absolute form takes precedence over the Host field (3.2.2); more than one Host
 * field, or a malformed one, makes a bad request (3.2).
 * @returns left: the error text for the client
 */
export const targetOf = ({
  url = '/',
  method,
  rawHeaders,
}: Pick<IncomingMessage, 'url' | 'method' | 'rawHeaders'>): E.Either<string, Target> => {
  const hosts = hostsIn(rawHeaders)
  const [host] = hosts
  if (hosts.length > 1) return E.left('more than one Host field')
  if (host !== undefined && host !== '' && !AUTHORITY.test(host)) return E.left('a malformed Host field')
  if (url.includes('#')) return E.left('a fragment in the request target')
  if (url.startsWith('/') || (url === '*' && method === 'OPTIONS'))
    return E.right({ authority: host, path: url })
  const [, authority, rest = ''] = ABSOLUTE.exec(url) ?? []
  if (authority === undefined || !AUTHORITY.test(authority)) return E.left('a malformed request target')
  return E.right({ authority, path: rest.startsWith('/') ? rest : `/${rest}` })
}
