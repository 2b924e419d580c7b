import { oneOf } from './expected.js'
import type { Source } from './source.js'
import { quoted } from './token.js'

/** Reads one field or flag or more, each a known one and there once, and the closing brace. */
export const readEntries = <T extends object | string>(
  source: Source,
  kind: 'field' | 'flag',
  known: ReadonlyMap<string, T>,
  take: (name: string, entry: T) => void,
): void => {
  const seen = new Set<string>()
  do {
    const { name, entry, from, to } = nextEntry(source, kind, known, seen.size === 0)
    if (seen.has(name))
      throw source.error(
        `duplicate-${kind}`,
        from,
        to,
        `expected every ${kind} once, found ${quoted(name)} a second time`,
      )
    seen.add(name)
    source.at = to
    take(name, entry)
    if (!source.take(',')) {
      source.expect('}', '`,` or `}`')
      return
    }
  } while (!source.take('}'))
}

type Entry<T> = { readonly name: string; readonly entry: T; readonly from: number; readonly to: number }

const nextEntry = <T>(
  source: Source,
  kind: 'field' | 'flag',
  known: ReadonlyMap<string, T>,
  isFirst: boolean,
): Entry<T> => {
  const { text, from, to } = source.peekWord()
  if (to === from)
    throw source.unexpected(
      isFirst && kind === 'field' ? 'a field, or `:}` for no fields' : `a ${kind} or \`}\``,
    )
  const name = text.startsWith('%') ? text.slice(1) : text
  const entry = known.get(name)
  if (entry === undefined)
    throw source.error(`unknown-${kind}`, from, to, `expected ${oneOf(known.keys())}, found ${quoted(name)}`)
  return { name, entry, from, to }
}
