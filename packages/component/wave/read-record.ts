import type { ValueType } from '../types.js'
import { camelCase } from './names.js'
import type { Read, ReaderOf } from './read-value.js'
import { emptyRecord } from './record.js'
import { noneOf } from './shape.js'
import { readEntries } from './entries.js'
import type { Source } from './source.js'

type RecordType = Extract<ValueType, { kind: 'record' }>
type FlagsType = Extract<ValueType, { kind: 'flags' }>

/** Fields in any order; those whose value is `none` may be left out, `{:}` leaves all out. */
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
