import type { Source } from './source.js'
import { tokenAt } from './token.js'
import { unescaped } from './unescape.js'

const FENCE = '"""'

/**
 * Reads the lines up to the closing `"""`; the opening one is behind. The spaces before the closing
 * one are the indent: every line has at least as many, which are no part of the string.
 */
export const readLines = (source: Source): string => {
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
