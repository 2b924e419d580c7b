import type { ValueType } from '../types.js'
import { isSmallKind } from './integer.js'
import { BIG_ARRAYS, FLOAT_ARRAYS, SMALL_ARRAYS } from './arrays.js'
import { readBig, readFloat, readSmall } from './read-number.js'
import type { Read, ReaderOf } from './read-value.js'
import type { Source } from './source.js'

type ListType = Extract<ValueType, { kind: 'list' }>
type TupleType = Extract<ValueType, { kind: 'tuple' }>

/** Lists of numbers are typed arrays, except those of a fixed length: so does jco 1.35. */
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
