import { readLines } from './read-lines.js'
import type { Source } from './source.js'
import { unescaped } from './unescape.js'

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

/** Reads up to the closing quote, the opening one is behind. */
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
