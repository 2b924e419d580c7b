import type { ValueType } from '../types.js'
import { isSmallKind } from './numbers.js'
import { BIG_ARRAYS, FLOAT_ARRAYS, SMALL_ARRAYS, emptyRecord, noneOf } from './values.js'
import { readBig, readFloat, readSmall } from './read-scalar.js'
import type { Read, ReaderOf, Source } from './source.js'
import { camelCase } from './names.js'
import { oneOf, quoted } from './syntax.js'

type ListType = Extract<ValueType, { kind: 'list' }>
type TupleType = Extract<ValueType, { kind: 'tuple' }>

/** Lists of numbers are typed arrays, except fixed-length lists, as in jco 1.35. */
export const listReader = (type: ListType, readerOf: ReaderOf): Read => {
  const { element, length } = type
  if (length !== undefined) {
    const read = readerOf(element)
    return (source) => readFixed(source, read, length)
  }
  const { kind } = element
  if (isSmallKind(kind))
    return (source) => SMALL_ARRAYS[kind](readList(source, (from) => readSmall(from, kind)))
  if (kind === 's64' || kind === 'u64')
    return (source) => BIG_ARRAYS[kind](readList(source, (from) => readBig(from, kind)))
  if (kind === 'f32' || kind === 'f64')
    return (source) => FLOAT_ARRAYS[kind](readList(source, (from) => readFloat(from, kind)))
  const read = readerOf(element)
  return (source) => readList(source, read)
}

const readList = <T>(source: Source, read: (source: Source) => T): T[] => {
  const items: T[] = []
  source.expect('[', 'a list, which starts with `[`')
  while (!source.take(']')) {
    items.push(read(source))
    if (!source.take(',')) {
      source.expect(']', '`,` or `]`')
      break
    }
  }
  return items
}

const readFixed = (source: Source, read: Read, length: number): unknown[] => {
  const from = source.next()
  const items = readList(source, read)
  if (items.length !== length)
    throw source.error(
      'invalid-value',
      from,
      source.at,
      `expected a list of ${length}, found ${items.length}`,
    )
  return items
}

export const tupleReader = ({ items }: TupleType, readerOf: ReaderOf): Read => {
  const readers = items.map(readerOf)
  return (source) => {
    source.expect('(', 'a tuple, which starts with `(`')
    const values = readers.map((read, index) => {
      if (index > 0) source.expect(',', `\`,\` and ${readers.length} values in the tuple`)
      return read(source)
    })
    if (values.length > 0) source.take(',')
    source.expect(')', `\`)\` after ${readers.length} values of the tuple`)
    return values
  }
}

type RecordType = Extract<ValueType, { kind: 'record' }>
type FlagsType = Extract<ValueType, { kind: 'flags' }>

/** Fields in any order; those whose value is `none` may be omitted, and `{:}` omits all. */
export const recordReader = ({ fields }: RecordType, readerOf: ReaderOf): Read => {
  const readers = new Map(fields.map((field) => [field.name, readerOf(field.type)]))
  const keys = fields.map((field) => ({ ...field, key: camelCase(field.name) }))
  return (source) => {
    const from = source.next()
    const given = readFields(source, readers)
    source.leaveOut(fields.length - given.size)
    const value = emptyRecord()
    for (const { name, type, key } of keys) {
      if (given.has(name)) value[key] = given.get(name)
      else if (type.kind === 'option') value[key] = noneOf(type.some)
      else
        throw source.error(
          'missing-field',
          from,
          source.at,
          `expected the field \`${name}\` too, found none of that name`,
        )
    }
    return value
  }
}

const readFields = (source: Source, readers: ReadonlyMap<string, Read>): ReadonlyMap<string, unknown> => {
  const given = new Map<string, unknown>()
  source.expect('{', 'a record, which starts with `{`')
  if (source.take(':')) {
    source.expect('}')
    return given
  }
  readEntries(source, 'field', readers, (name, read) => {
    source.expect(':', `\`:\` and the value of the field \`${name}\``)
    given.set(name, read(source))
  })
  return given
}

/** The names of the flags that are set, in any order. */
export const flagsReader = ({ names }: FlagsType): Read => {
  const keys = new Map(names.map((name) => [name, camelCase(name)]))
  return (source) => {
    source.expect('{', 'flags, which start with `{`')
    source.leaveOut(names.length)
    const value = emptyRecord()
    for (const key of keys.values()) value[key] = false
    if (source.take('}')) return value
    readEntries(source, 'flag', keys, (_name, key) => {
      value[key] = true
    })
    return value
  }
}

/** Reads one or more fields or flags, each known and unique, and the closing brace. */
const readEntries = <T extends object | string>(
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
