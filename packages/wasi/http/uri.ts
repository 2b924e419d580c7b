import { WitError } from '../preview2/failure.js'

const UNRESERVED = "[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2}"
const AUTHORITY = new RegExp(
  `^(?:(?:${UNRESERVED}|:)*@)?(?:\\[[0-9A-Fa-f:.]+\\]|(?:${UNRESERVED})+)(?::\\d{0,5})?$`,
)
/** RFC 3986 plus what browsers and servers also accept: non-ASCII characters are sent as UTF-8. */
const PATH = /^[^\0-\x20<>`]*$/

/** An authority of a URI; an error of the caller where it is none. */
export function checkAuthority(authority: string): string {
  if (!AUTHORITY.test(authority)) throw new WitError(undefined, 'no authority of a URI')
  return authority
}

/** A path and a query of a URI; an empty one is `/`. An error of the caller where it is none. */
export function checkPath(path: string): string {
  if (!PATH.test(path)) throw new WitError(undefined, 'no path of a URI')
  return path === '' ? '/' : path
}

/** A path as it is sent: absolute, without a fragment, and as UTF-8, one character a byte. */
export function requestTarget(path: string): string {
  const [plain = ''] = path.split('#', 1)
  const absolute = plain.startsWith('/') || plain === '*' ? plain : `/${plain}`
  return Buffer.from(absolute, 'utf8').toString('latin1')
}
