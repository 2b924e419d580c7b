import type { ValueType } from '../types.js'

const KEYWORDS: ReadonlySet<string> = new Set(['true', 'false', 'inf', 'nan', 'some', 'none', 'ok', 'err'])

/** Whether a word is a keyword, so that a case of that name is written with `%`. */
export const isKeyword = (word: string): boolean => KEYWORDS.has(word)

/** The printed name of a case of a variant or enum. */
export const caseLabel = (name: string): string => (isKeyword(name) ? `%${name}` : name)

/** The end of the label or keyword that starts at an offset, including its `%`; the offset itself if there is none. */
export const labelEnd = (text: string, at: number): number => {
  let end = text.charCodeAt(at) === PERCENT ? at + 1 : at
  if (!isLetter(text.charCodeAt(end))) return at
  while (isLabelPart(text.charCodeAt(end))) end += 1
  return end
}

const PERCENT = 0x25
const HYPHEN = 0x2d

const isLetter = (code: number): boolean => (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a)

const isLabelPart = (code: number): boolean =>
  isLetter(code) || code === HYPHEN || (code >= 0x30 && code <= 0x39)

/**
 * The end of the characters from an offset that could be a number, starting with a digit or `-`; the offset itself if there are
 * none.
 */
export const numberEnd = (text: string, at: number): number => {
  const first = text.charCodeAt(at)
  if (first !== MINUS && !isDigit(first)) return at
  let end = at + 1
  while (isNumberPart(text.charCodeAt(end))) end += 1
  return end
}

/** The form of a JSON number; undefined if the text is not one. */
export const numberForm = (text: string): 'integer' | 'decimal' | undefined => {
  const start = text.charCodeAt(0) === MINUS ? 1 : 0
  let at = digitsEnd(text, start)
  if (at === start || (at > start + 1 && text[start] === '0')) return undefined
  if (at === text.length) return 'integer'
  if (text[at] === '.') {
    const fraction = at + 1
    at = digitsEnd(text, fraction)
    if (at === fraction) return undefined
  }
  if (text[at] === 'e' || text[at] === 'E') {
    const exponent = text[at + 1] === '+' || text[at + 1] === '-' ? at + 2 : at + 1
    at = digitsEnd(text, exponent)
    if (at === exponent) return undefined
  }
  return at === text.length ? 'decimal' : undefined
}

const MINUS = 0x2d

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39

const isNumberPart = (code: number): boolean =>
  isDigit(code) ||
  code === MINUS ||
  code === 0x2b ||
  code === 0x2e ||
  (code >= 0x61 && code <= 0x7a) ||
  (code >= 0x41 && code <= 0x5a)

const digitsEnd = (text: string, at: number): number => {
  let end = at
  while (isDigit(text.charCodeAt(end))) end += 1
  return end
}

const NAMED: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  "'": "\\'",
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
}

/** The characters escaped in a char or string: both quotes, in both. */
export const LITERAL_MARKS = '\\"\''

/** A text with all control characters and the given marks escaped. */
export const escaped = (text: string, marks: string): string => {
  let out = ''
  let done = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (isPlain(code) || (isMark(code) && !marks.includes(text.charAt(at)))) continue
    out += text.slice(done, at) + (NAMED[text.charAt(at)] ?? `\\u{${code.toString(16)}}`)
    done = at + 1
  }
  return done === 0 ? text : out + text.slice(done)
}

const isMark = (code: number): boolean => code === 0x22 || code === 0x27 || code === 0x5c

const isPlain = (code: number): boolean => code >= 0x20 && !(code >= 0x7f && code <= 0x9f) && !isMark(code)

/** The offset of the first lone surrogate in a range; -1 if there is none. */
export const loneSurrogate = (text: string, from: number, to: number): number => {
  for (let at = from; at < to; at += 1) {
    const code = text.charCodeAt(at)
    if (code < 0xd800 || code > 0xdfff) continue
    const next = at + 1 < to ? text.charCodeAt(at + 1) : 0
    if (code > 0xdbff || next < 0xdc00 || next > 0xdfff) return at
    at += 1
  }
  return -1
}

/** The token at an offset of a text, for an error: its end, and its description. Contents of strings are not quoted. */
export const tokenAt = (text: string, at: number): { readonly to: number; readonly name: string } => {
  const first = text.codePointAt(at)
  if (first === undefined) return { to: at, name: 'the end of the text' }
  const label = labelEnd(text, at)
  if (label > at) {
    const word = text.slice(at, label)
    return { to: label, name: isKeyword(word) ? `the keyword \`${word}\`` : quoted(word) }
  }
  const number = numberEnd(text, at)
  if (number > at) return { to: number, name: quoted(text.slice(at, number)) }
  if (first === 0x22) return { to: literalEnd(text, at), name: 'a string' }
  if (first === 0x27) return { to: literalEnd(text, at), name: 'a char' }
  const symbol = String.fromCodePoint(first)
  return { to: at + symbol.length, name: quoted(symbol) }
}

const QUOTED_LENGTH = 32

/** A piece of a text in backticks, shortened and without control characters. */
export const quoted = (text: string): string =>
  `\`${escaped(text.slice(0, QUOTED_LENGTH), '')}${text.length > QUOTED_LENGTH ? '…' : ''}\``

/** The end of the string or char that starts at an offset, closed or not. */
const literalEnd = (text: string, at: number): number => {
  const quote = text[at]
  for (let end = at + 1; end < text.length; end += 1) {
    if (text[end] === '\\') end += 1
    else if (text[end] === '\n') return end
    else if (text[end] === quote) return end + 1
  }
  return text.length
}

const NAMES_SHOWN = 8

/** The names expected at an offset, for an error; only the first few of many. */
export const oneOf = (names: Iterable<string>): string => {
  const shown: string[] = []
  for (const name of names) {
    if (shown.length === NAMES_SHOWN) return `one of ${shown.join(', ')}, …`
    shown.push(quoted(name))
  }
  return shown.length > 1 ? `one of ${shown.join(', ')}` : shown.join('')
}

/** Why values of a type can be neither read nor printed. */
export const unwritable = (type: ValueType): string => {
  const name = 'resource' in type ? `${type.kind}<${type.resource}>` : type.kind
  return `expected a type that has a text form, found ${quoted(name)}, which has none`
}
