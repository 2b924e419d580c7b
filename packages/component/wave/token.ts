import { isKeyword, labelEnd } from './label.js'
import { numberEnd } from './number.js'
import { escaped } from './escape.js'

/** What is at a place of a text, for an error: where it ends, and what to call it. Contents of strings are not quoted. */
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

const SHOWN = 32

/** A piece of a text in backticks, shortened and without control characters. */
export const quoted = (text: string): string =>
  `\`${escaped(text.slice(0, SHOWN), '')}${text.length > SHOWN ? '…' : ''}\``

/** Where a string or char that starts at a place ends, closed or not. */
const literalEnd = (text: string, at: number): number => {
  const quote = text[at]
  for (let end = at + 1; end < text.length; end += 1) {
    if (text[end] === '\\') end += 1
    else if (text[end] === '\n') return end
    else if (text[end] === quote) return end + 1
  }
  return text.length
}
