import {
  float32Of,
  float64Of,
  integerExpected,
  integerOf,
  type BigKind,
  type IntegerKind,
  type SmallKind,
} from './numbers.js'
import { labelEnd, numberForm, quoted, tokenAt, loneSurrogate } from './syntax.js'
import type { Source } from './source.js'

export type FloatKind = 'f32' | 'f64'

/** Reads an integer of 64 bits. */
export const readBig = (source: Source, kind: BigKind): bigint => readInteger(source, kind)

/** Reads an integer of up to 32 bits. */
export const readSmall = (source: Source, kind: SmallKind): number => Number(readInteger(source, kind))

const readInteger = (source: Source, kind: IntegerKind): bigint => {
  const expected = (): string => integerExpected(kind)
  const { text, from, to } = source.peekNumber()
  if (to === labelEnd(source.text, from)) throw source.unexpected(expected())
  const value = numberForm(text) === 'integer' ? integerOf(kind, text) : undefined
  if (value === undefined)
    throw source.error('invalid-value', from, to, `expected ${expected()}, found ${quoted(text)}`)
  source.at = to
  return value
}

const FLOATS = { f32: float32Of, f64: float64Of } as const
const SPECIAL: ReadonlyMap<string, number> = new Map([
  ['nan', NaN],
  ['inf', Infinity],
  ['-inf', -Infinity],
])

/** Reads a floating-point number, rounded to its type. */
export const readFloat = (source: Source, kind: FloatKind): number => {
  const expected = `a number, \`nan\`, \`inf\` or \`-inf\` (${kind})`
  const { text, from, to } = source.peekNumber()
  if (to === from) throw source.unexpected(expected)
  const special = SPECIAL.get(text)
  if (special === undefined && numberForm(text) === undefined)
    throw source.error('invalid-value', from, to, `expected ${expected}, found ${quoted(text)}`)
  source.at = to
  return special ?? FLOATS[kind](text)
}

/** Reads a string, of one line in `"` or of several in `"""`. */
export const readString = (source: Source): string => {
  if (source.take('"""')) return readLines(source)
  source.expect('"', 'a string, which is written in double quotes')
  return readLine(source, '"', 'string')
}

/** Reads one Unicode scalar value in `'`. */
export const readChar = (source: Source): string => {
  const from = source.next()
  source.expect("'", "a char, which is written in single quotes, as in `'x'`")
  const value = readLine(source, "'", 'char')
  const first = value.codePointAt(0)
  if (first === undefined || value.length !== String.fromCodePoint(first).length)
    throw source.error(
      'invalid-value',
      from,
      source.at,
      `expected exactly one character (a Unicode scalar value) in a char, found ${first === undefined ? 'none' : 'more'}`,
    )
  return value
}

/** Reads up to the closing quote; the opening one was read. */
const readLine = (source: Source, quote: string, name: string): string => {
  const from = source.at
  const to = closingQuote(source, quote, name)
  const value = unescaped(source, from, to)
  source.at = to + 1
  return value
}

const closingQuote = (source: Source, quote: string, name: string): number => {
  const { text } = source
  for (let at = source.at; at < text.length; at += 1) {
    const found = text[at]
    if (found === quote) return at
    if (found === '\\') at += 1
    else if (found === '\n')
      throw source.error(
        'unexpected-token',
        at,
        at + 1,
        `expected \`${quote}\` to end the ${name}, found a line break, which is written \`\\n\` there`,
      )
  }
  const end = text.length
  throw source.error(
    'unexpected-end',
    end,
    end,
    `expected \`${quote}\` to end the ${name}, found the end of the text`,
  )
}

const FENCE = '"""'

/**
 * Reads the lines up to the closing `"""`; the opening one was read. The spaces before the closing one are the indentation: every
 * line has at least as many, which are not part of the string.
 */
const readLines = (source: Source): string => {
  const { text } = source
  const start = firstLine(source)
  const close = text.indexOf(FENCE, source.at)
  if (close === -1)
    throw source.error(
      'unexpected-end',
      text.length,
      text.length,
      'expected `"""`, found the end of the text',
    )
  const last = text.lastIndexOf('\n', close) + 1
  const indent = close - last
  for (let at = last; at < close; at += 1)
    if (text[at] !== ' ')
      throw source.error(
        'invalid-value',
        close,
        close + FENCE.length,
        'expected only spaces before the closing `"""` on its line, found other text',
      )
  const lines: string[] = []
  for (let at = start; at < last;) {
    const end = text.indexOf('\n', at)
    lines.push(lineOf(source, at, end, indent))
    at = end + 1
  }
  source.at = close + FENCE.length
  return lines.join('\n')
}

const firstLine = (source: Source): number => {
  const { text, at } = source
  const start = text[at] === '\r' ? at + 1 : at
  if (text[start] === '\n') return start + 1
  const { to, name } = tokenAt(text, at)
  const code = at === text.length ? 'unexpected-end' : 'unexpected-token'
  throw source.error(code, at, to, `expected a line break after the opening \`"""\`, found ${name}`)
}

const lineOf = (source: Source, from: number, end: number, indent: number): string => {
  const { text } = source
  for (let at = from; at < from + indent; at += 1)
    if (text[at] !== ' ')
      throw source.error(
        'invalid-value',
        from,
        at + 1,
        `expected ${indent} spaces at the start of the line, as many as before the closing \`"""\`, found ${at - from}`,
      )
  const isCarriageReturn = end > from + indent && text[end - 1] === '\r'
  return unescaped(source, from + indent, isCarriageReturn ? end - 1 : end)
}

const NAMED_ESCAPES: Readonly<Record<string, string | undefined>> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  t: '\t',
  n: '\n',
  r: '\r',
}

/** A piece of text with its escapes replaced by the characters they stand for. */
const unescaped = (source: Source, from: number, to: number): string => {
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
  for (let at = nextEscape(source, done, to); at !== -1; at = nextEscape(source, done, to)) {
    const { value, end } = escapeAt(source, at, to)
    out += source.text.slice(done, at) + value
    done = end
  }
  return out + source.text.slice(done, to)
}

const nextEscape = (source: Source, from: number, to: number): number => {
  for (let at = from; at < to; at += 1) if (source.text[at] === '\\') return at
  return -1
}

type Escape = { readonly value: string; readonly end: number }

const escapeAt = (source: Source, at: number, limit: number): Escape => {
  const letter = at + 1 < limit ? source.text.charAt(at + 1) : ''
  const named = letter === 'u' ? undefined : NAMED_ESCAPES[letter]
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
