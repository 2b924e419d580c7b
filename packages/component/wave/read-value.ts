import type { ValueType } from '../types.js'
import { unwritable } from './expected.js'
import { enumReader, optionReader, readBool, resultReader, variantReader } from './read-choice.js'
import { listReader, tupleReader } from './read-list.js'
import { readChar, readString } from './read-literal.js'
import { readBig, readFloat, readSmall } from './read-number.js'
import { flagsReader, recordReader } from './read-record.js'
import type { Source } from './source.js'
import { tokenAt } from './token.js'

/** Reads the value that comes next, or throws a WaveError. */
export type Read = (source: Source) => unknown

export type ReaderOf = (type: ValueType) => Read

/** The reader of a type that is not too deep. It is made once for each part of the type, however often that is used. */
export const readerOf = (type: ValueType): Read => {
  const known = new Map<ValueType, Read>()
  const make: ReaderOf = (part) => {
    const read = known.get(part) ?? readerFor(part, make)
    known.set(part, read)
    return read
  }
  return make(type)
}

const readerFor = (type: ValueType, make: ReaderOf): Read => {
  switch (type.kind) {
    case 'bool':
      return readBool
    case 's8':
    case 'u8':
    case 's16':
    case 'u16':
    case 's32':
    case 'u32': {
      const { kind } = type
      return (source) => readSmall(source, kind)
    }
    case 's64':
    case 'u64': {
      const { kind } = type
      return (source) => readBig(source, kind)
    }
    case 'f32':
    case 'f64': {
      const { kind } = type
      return (source) => readFloat(source, kind)
    }
    case 'char':
      return readChar
    case 'string':
      return readString
    case 'list':
      return listReader(type, make)
    case 'tuple':
      return tupleReader(type, make)
    case 'record':
      return recordReader(type, make)
    case 'flags':
      return flagsReader(type)
    case 'variant':
      return variantReader(type, make)
    case 'enum':
      return enumReader(type)
    case 'option':
      return optionReader(type, make)
    case 'result':
      return resultReader(type, make)
    case 'own':
    case 'borrow':
    case 'stream':
    case 'future':
    case 'error-context':
      return (source) => refuse(source, unwritable(type))
  }
}

const refuse = (source: Source, problem: string): never => {
  const from = source.next()
  throw source.error('unsupported-type', from, tokenAt(source.text, from).to, problem)
}
