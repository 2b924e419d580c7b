import { WitError } from '../preview2/failure.js'

/** `method` of wasi:http/types. */
export type Method = { readonly tag: string; readonly val?: string }

/** `scheme` of wasi:http/types. */
export type Scheme = { readonly tag: 'HTTP' | 'HTTPS' } | { readonly tag: 'other'; readonly val: string }

const METHODS: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
])
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*$/

export const toMethod = (text: string): Method =>
  METHODS.has(text) ? { tag: text.toLowerCase() } : { tag: 'other', val: text }

/** Throws if the method is not a token. */
export const methodText = ({ tag, val }: Method): string => {
  const text = tag === 'other' ? (val ?? '') : tag.toUpperCase()
  if (!TOKEN.test(text)) throw new WitError(undefined, 'not an HTTP method')
  return text
}

export const toScheme = (text: string): Scheme => {
  if (text === 'http') return { tag: 'HTTP' }
  return text === 'https' ? { tag: 'HTTPS' } : { tag: 'other', val: text }
}

export const schemeText = (scheme: Scheme): string => {
  const text = scheme.tag === 'other' ? scheme.val : scheme.tag.toLowerCase()
  if (!SCHEME.test(text)) throw new WitError(undefined, 'not a URI scheme')
  return text
}
