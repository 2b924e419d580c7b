import type { ValueType } from '../types.js'
import { oneOf, isKeyword, quoted } from './syntax.js'
import type { Read, ReaderOf, Source } from './source.js'
import { isBareAllowed, noneOf, someOf } from './values.js'

type TypeOf<K extends ValueType['kind']> = Extract<ValueType, { kind: K }>

export const readBool = (source: Source): boolean => {
  const { text, to } = source.peekWord()
  if (text !== 'true' && text !== 'false') throw source.unexpected('`true` or `false` (bool)')
  source.at = to
  return text === 'true'
}

export const variantReader = ({ cases }: TypeOf<'variant'>, readerOf: ReaderOf): Read => {
  const known = new Map(cases.map(({ name, type }) => [name, { read: type && readerOf(type) }]))
  return (source) => {
    const { name, found } = readCase(source, known)
    return tagged(source, name, found.read)
  }
}

export const enumReader = ({ cases }: TypeOf<'enum'>): Read => {
  const known = new Map(cases.map((name) => [name, name]))
  return (source) => {
    const { name } = readCase(source, known)
    refusePayload(source, name)
    return name
  }
}

/** `none`, `some(…)`, or the bare payload if that is neither an option nor a result. */
export const optionReader = ({ some }: TypeOf<'option'>, readerOf: ReaderOf): Read => {
  const read = readerOf(some)
  return (source) => {
    const { text, to } = source.peekWord()
    if (text === 'none') {
      source.at = to
      refusePayload(source, text)
      return noneOf(some)
    }
    if (text === 'some') {
      source.at = to
      return someOf(some, readPayload(source, text, read))
    }
    if (!isBareAllowed(some)) throw source.unexpected('`none` or `some(…)`')
    return someOf(some, read(source))
  }
}

/** `ok`, `err`, `ok(…)`, `err(…)`, or the bare payload of ok if that is neither an option nor a result. */
export const resultReader = (type: TypeOf<'result'>, readerOf: ReaderOf): Read => {
  const readers = { ok: type.ok && readerOf(type.ok), err: type.err && readerOf(type.err) }
  const bare = type.ok && isBareAllowed(type.ok) ? readers.ok : undefined
  return (source) => {
    const { text, to } = source.peekWord()
    if (text === 'ok' || text === 'err') {
      source.at = to
      return tagged(source, text, readers[text])
    }
    if (!bare) throw source.unexpected(`${form('ok', readers.ok)} or ${form('err', readers.err)}`)
    return { tag: 'ok', val: bare(source) }
  }
}

const form = (name: string, read: Read | undefined): string => (read ? `\`${name}(…)\`` : `\`${name}\``)

const tagged = (source: Source, tag: string, read: Read | undefined): unknown => {
  if (read) return { tag, val: readPayload(source, tag, read) }
  refusePayload(source, tag)
  return { tag }
}

const readPayload = (source: Source, name: string, read: Read): unknown => {
  source.expect('(', `\`(\` and the payload of ${quoted(name)}`)
  const value = read(source)
  source.expect(')', `\`)\` after the payload of ${quoted(name)}`)
  return value
}

const refusePayload = (source: Source, name: string): void => {
  if (source.text[source.next()] === '(') throw source.unexpected(`no payload after ${quoted(name)}`)
}

/** Reads the next case. A case named like a keyword is written with `%`. */
const readCase = <T extends object | string>(
  source: Source,
  known: ReadonlyMap<string, T>,
): { readonly name: string; readonly found: T } => {
  const { text, from, to } = source.peekWord()
  if (to === from) throw source.unexpected(oneOf(known.keys()))
  if (isKeyword(text) && known.has(text)) throw source.unexpected(`\`%${text}\` for the case of that name`)
  if (isKeyword(text)) throw source.unexpected(oneOf(known.keys()))
  const name = text.startsWith('%') ? text.slice(1) : text
  const found = known.get(name)
  if (found === undefined)
    throw source.error('unknown-case', from, to, `expected ${oneOf(known.keys())}, found ${quoted(name)}`)
  source.at = to
  return { name, found }
}
