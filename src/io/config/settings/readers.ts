import { isIP } from 'node:net'
import * as E from 'fp-ts/lib/Either.js'
import { parseKeyReference, type KeyReference } from '../../kbs/resource-uri.js'
import type { Raw, Reader } from './setting.js'

/** A reader of a single value; refuses an array. */
export const scalar = <T>(
  read: (text: string) => E.Either<string, T>,
  mask?: (text: string) => string,
): Reader<T> => ({
  read: (raw) => (typeof raw === 'string' ? read(raw) : E.left('one value, not an array')),
  ...(mask ? { mask } : {}),
})

const CONTROL = /\p{Cc}/u

/** Reads text of at most `max` characters without control characters. */
export const text = (max: number): Reader<string> =>
  scalar((found) =>
    found.length > max || CONTROL.test(found)
      ? E.left(`text of at most ${max} characters, without control characters`)
      : E.right(found),
  )

/** Reads text that is a valid topic level and MQTT client ID. */
export const topicLevel: Reader<string> = scalar((found) =>
  found.length > 256 || /[/+#\s\p{Cc}]/u.test(found)
    ? E.left('at most 256 characters, none of them `/`, `+`, `#`, white space or a control character')
    : E.right(found),
)

/** Reads an MQTT password: any text without white space at its ends, which a careless copy leaves there. */
export const secretText: Reader<string> = scalar((found) =>
  found.length > 65_535 || CONTROL.test(found) || found.trim() !== found
    ? E.left('text without control characters and without leading or trailing white space')
    : E.right(found),
)

/** A key of 32 bytes, or its URI in a Key Broker Service. */
export type SecretKey =
  | { readonly type: 'bytes'; readonly bytes: Uint8Array }
  | { readonly type: 'kbs'; readonly key: KeyReference }

export const secretKey: Reader<SecretKey> = scalar((found) => {
  if (/^[0-9a-f]{64}$/i.test(found))
    return E.right({ type: 'bytes', bytes: new Uint8Array(Buffer.from(found, 'hex')) })
  const key = found.startsWith('kbs:///') ? parseKeyReference(found) : E.left('')
  return E.isRight(key)
    ? E.right({ type: 'kbs', key: key.right })
    : E.left('64 hexadecimal digits, or kbs:///REPOSITORY/TYPE/TAG')
})

/** Reads a token that is valid in an HTTP header, and long enough not to be guessed. */
export const token: Reader<string> = scalar((found) =>
  /^[\x21-\x7e]{16,1024}$/.test(found)
    ? E.right(found)
    : E.left('16 to 1024 printable ASCII characters without spaces'),
)

export const path: Reader<string> = text(4096)

/** Reads a directory; `none` gives undefined. */
export const directoryOrNone: Reader<string | undefined> = scalar((found) =>
  found.toLowerCase() === 'none' ? E.right(undefined) : path.read(found),
)

export const boolean: Reader<boolean> = scalar((found) => {
  const word = found.trim().toLowerCase()
  if (['true', '1', 'yes', 'on'].includes(word)) return E.right(true)
  if (['false', '0', 'no', 'off'].includes(word)) return E.right(false)
  return E.left('true or false (also 1, 0, yes, no, on, off)')
})

export const integer = (min: number, max: number): Reader<number> =>
  scalar((found) => {
    const digits = found.trim()
    const value = Number(digits)
    return /^\d+$/.test(digits) && value >= min && value <= max
      ? E.right(value)
      : E.left(`a whole number from ${min} to ${max}`)
  })

export const ratio: Reader<number> = scalar((found) => {
  const digits = found.trim()
  const value = Number(digits)
  return /^\d*\.?\d+$/.test(digits) && value <= 1 ? E.right(value) : E.left('a number from 0 to 1')
})

export const ipAddress: Reader<string> = scalar((found) =>
  isIP(found.trim()) === 0 ? E.left('an IPv4 or IPv6 address') : E.right(found.trim()),
)

/** Reads one of several words, in upper or lower case. */
export const oneOf = <const T extends string>(words: readonly T[]): Reader<T> =>
  scalar((found) => {
    const word = words.find((candidate) => candidate === found.trim().toLowerCase())
    return word === undefined ? E.left(`one of ${words.join(', ')}`) : E.right(word)
  })

export const qos: Reader<0 | 1 | 2> = scalar((found) => {
  const level = ([0, 1, 2] as const).find((candidate) => String(candidate) === found.trim())
  return level === undefined ? E.left('0, 1 or 2') : E.right(level)
})

/** Hides user name, password and query in anything like a URL. */
export const withoutCredentials = (found: string): string =>
  found.replace(/^([a-z][a-z0-9+.-]*:\/\/|)[^]*@/i, '$1********@').replace(/\?[^]*$/, '?********')

export const url: Reader<string> = scalar(
  (found) =>
    /^https?:\/\//i.test(found) && URL.canParse(found)
      ? E.right(found)
      : E.left('a URL that starts with http:// or https://'),
  withoutCredentials,
)

/** Reads the items of an array, or of text with a separator; omits empty items. */
export const list = (
  separator: string,
  item: (text: string) => boolean,
  expected: string,
): Reader<readonly string[]> => ({
  read: (raw: Raw) => {
    const parts = typeof raw === 'string' ? raw.split(separator) : raw
    const items = parts.map((part) => part.trim()).filter((part) => part !== '')
    return items.every(item) ? E.right(items) : E.left(expected)
  },
})
