import { WitError } from '../preview2/failure.js'

const UNRESERVED = "[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2}"
const AUTHORITY = new RegExp(
  `^(?:(?:${UNRESERVED}|:)*@)?(?:\\[[0-9A-Fa-f:.]+\\]|(?:${UNRESERVED})+)(?::\\d{0,5})?$`,
)
/** RFC 3986, plus what browsers and servers accept as well: non-ASCII characters are sent as UTF-8. */
const PATH = /^[^\0-\x20<>`]*$/

/** Returns a valid URI authority; throws otherwise. */
export function checkAuthority(authority: string): string {
  if (!AUTHORITY.test(authority)) throw new WitError(undefined, 'not a URI authority')
  return authority
}

/** Returns a valid URI path with query; `/` for an empty one. Throws if it is invalid. */
export function checkPath(path: string): string {
  if (!PATH.test(path)) throw new WitError(undefined, 'not a URI path')
  return path === '' ? '/' : path
}

/** The path in a request line: absolute, without fragment, as UTF-8 with one character per byte. */
export function requestTarget(path: string): string {
  const [plain = ''] = path.split('#', 1)
  const absolute = plain.startsWith('/') || plain === '*' ? plain : `/${plain}`
  return Buffer.from(absolute, 'utf8').toString('latin1')
}
