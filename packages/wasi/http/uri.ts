import { WitError } from '../preview2/failure.js'

const UNRESERVED = "[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2}"
const AUTHORITY = new RegExp(
  `^(?:(?:${UNRESERVED}|:)*@)?(?:\\[[0-9A-Fa-f:.]+\\]|(?:${UNRESERVED})+)(?::\\d{0,5})?$`,
)
/** Of RFC 3986, and what browsers and servers take beside it. */
const PATH = /^[!-~]*$/
const NOT_IN_PATH = /[<>`]/

/** An authority of a URI; an error of the caller where it is none. */
export function checkAuthority(authority: string): string {
  if (!AUTHORITY.test(authority)) throw new WitError(undefined, 'no authority of a URI')
  return authority
}

/** A path and a query of a URI; an empty one is `/`. An error of the caller where it is none. */
export function checkPath(path: string): string {
  if (!PATH.test(path) || NOT_IN_PATH.test(path)) throw new WitError(undefined, 'no path of a URI')
  return path === '' ? '/' : path
}
