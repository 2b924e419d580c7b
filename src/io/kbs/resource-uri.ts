import * as E from 'fp-ts/lib/Either.js'

/** A resource of a Key Broker Service, such as a key. */
export type KeyReference = {
  readonly plugin: string
  /** `repository/type/tag`. */
  readonly path: string
  /** Without the question mark; may be empty. */
  readonly query: string
  /** `host` or `host:port`, in lower case; empty for the configured service. */
  readonly host: string
}

const EXPECTED = 'expected kbs:///REPOSITORY/TYPE/TAG'
const MAX = 1024
// What the service accepts as one of the three parts.
const SEGMENT = /^[A-Za-z0-9_-][A-Za-z0-9_.-]*$/
const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*)|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/
const QUERY = /^[\x21-\x7e]*$/

const split = (text: string): { plugin: string; host: string; path: string } | undefined => {
  const [, plugin = 'resource', host = '', path] =
    /^kbs(?:\+([a-z0-9-]+))?:\/\/([^/]*)\/(.*)$/.exec(text) ?? []
  if (path !== undefined) return { plugin, host, path }
  if (text.includes('://')) return undefined
  if (text.startsWith('/')) return { plugin: 'resource', host: '', path: text.slice(1) }
  const [first = '', ...rest] = text.split('/')
  return rest.length === 3
    ? { plugin: 'resource', host: first, path: rest.join('/') }
    : { plugin: 'resource', host: '', path: text }
}

/**
 * Reads `kbs[+plugin]://[host[:port]]/repository/type/tag[?query]`, and the older forms `/repository/type/tag`,
 * `repository/type/tag` and `host/repository/type/tag`. Left: what is wrong.
 */
export const parseKeyReference = (text: string): E.Either<string, KeyReference> => {
  if (text.length > MAX) return E.left(`${EXPECTED}, of at most ${MAX} characters`)
  const [before = '', query = '', ...more] = text.split('?')
  const parts = split(before)
  if (parts === undefined || more.length > 0 || !QUERY.test(query)) return E.left(EXPECTED)
  const segments = parts.path.split('/')
  if (segments.length !== 3 || !segments.every((segment) => SEGMENT.test(segment))) return E.left(EXPECTED)
  if (parts.host !== '' && !HOST.test(parts.host)) return E.left(EXPECTED)
  return E.right({ ...parts, host: parts.host.toLowerCase(), query })
}

export const textOfKey = ({ plugin, path, query, host }: KeyReference): string =>
  `kbs${plugin === 'resource' ? '' : `+${plugin}`}://${host}/${path}${query === '' ? '' : `?${query}`}`

/** Whether both name the same resource of the configured service. */
export const isSameKey = (one: KeyReference, other: KeyReference): boolean =>
  one.plugin === other.plugin && one.path === other.path && one.query === other.query

const withPort = (host: string, protocol: string): string =>
  /:\d+$/.test(host) ? host : `${host}:${protocol === 'https:' ? 443 : 80}`

/** Whether a reference belongs to the service at this address: it has no host, or the same one. */
export const isOfService = ({ host }: KeyReference, service: URL): boolean =>
  host === '' || withPort(host, service.protocol) === withPort(service.host.toLowerCase(), service.protocol)
