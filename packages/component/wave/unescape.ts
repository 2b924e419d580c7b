import { loneSurrogate } from './escape.js'
import type { Source } from './source.js'
import { quoted } from './token.js'

const NAMED: Readonly<Record<string, string | undefined>> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  t: '\t',
  n: '\n',
  r: '\r',
}

/** A piece of a text with its escapes replaced by what they stand for. */
export const unescaped = (source: Source, from: number, to: number): string => {
  const lone = loneSurrogate(source.text, from, to)
  if (lone !== -1)
    throw source.error(
      'invalid-value',
      lone,
      lone + 1,
      'expected Unicode text, found half of a surrogate pair',
    )
  let out = ''
  let done = from
  for (let at = next(source, done, to); at !== -1; at = next(source, done, to)) {
    const { value, end } = escapeAt(source, at, to)
    out += source.text.slice(done, at) + value
    done = end
  }
  return out + source.text.slice(done, to)
}

const next = (source: Source, from: number, to: number): number => {
  for (let at = from; at < to; at += 1) if (source.text[at] === '\\') return at
  return -1
}

type Escape = { readonly value: string; readonly end: number }

const escapeAt = (source: Source, at: number, limit: number): Escape => {
  const letter = at + 1 < limit ? source.text.charAt(at + 1) : ''
  const named = letter === 'u' ? undefined : NAMED[letter]
  if (named !== undefined) return { value: named, end: at + 2 }
  const digits = at + 3
  const isCode = letter === 'u' && digits <= limit && source.text[at + 2] === '{'
  let end = isCode ? digits : Math.min(at + 1 + pointLength(source.text, at + 1), limit)
  if (isCode) {
    while (end < limit && end < digits + MAX_DIGITS && isHex(source.text.charCodeAt(end))) end += 1
    const code = Number.parseInt(source.text.slice(digits, end), 16)
    const isClosed = end < limit && source.text[end] === '}'
    if (isClosed) end += 1
    if (isClosed && isScalar(code)) return { value: String.fromCodePoint(code), end }
  }
  throw source.error(
    'invalid-escape',
    at,
    end,
    `expected one of \\\\ \\' \\" \\t \\n \\r or \\u{…} with the 1 to 6 hex digits of a Unicode scalar value, ` +
      `found ${quoted(source.text.slice(at, end))}`,
  )
}

const MAX_DIGITS = 6

const pointLength = (text: string, at: number): number => ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1)

const isScalar = (code: number): boolean => code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)

const isHex = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66)
