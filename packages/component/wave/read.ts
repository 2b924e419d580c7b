import * as E from 'fp-ts/lib/Either.js'
import type { ValueType } from '../types.js'
import { WaveError } from './error.js'
import { isTooDeep, MAX_DEPTH } from './values.js'
import { Source, type Read, type ReaderOf } from './source.js'
import { unwritable, tokenAt } from './syntax.js'
import { enumReader, optionReader, readBool, resultReader, variantReader } from './read-choice.js'
import { listReader, tupleReader, flagsReader, recordReader } from './read-compound.js'
import { readChar, readString, readBig, readFloat, readSmall } from './read-scalar.js'

/**
 * Reads a text as one WAVE value of a type; white space and comments around it are ignored. The value has the form of jco's
 * bindings. Any text is safe to read: time and memory are proportional to its length and to what it omits, which is limited.
 *
 * ```ts
 * readWave({ kind: 'list', element: { kind: 'u8' } }, '[1, 2]') // Either.right(Uint8Array [1, 2])
 * ```
 */
export const readWave = (type: ValueType, text: string): E.Either<WaveError, unknown> =>
  E.tryCatch(() => readAll(type, new Source(text)), asWaveError)

const readAll = (type: ValueType, source: Source): unknown => {
  if (isTooDeep(type))
    throw source.error('too-deep', 0, 0, `expected a type of at most ${MAX_DEPTH} levels, found a deeper one`)
  const value = readerOf(type)(source)
  if (source.next() < source.text.length) throw source.unexpected('the end of the text')
  return value
}

/** Any other exception is a bug and is rethrown. */
const asWaveError = (thrown: unknown): WaveError => {
  if (thrown instanceof WaveError) return thrown
  throw thrown
}

/** The reader of a type that is not too deep. It is created once for each part of the type, however often that is used. */
const readerOf = (type: ValueType): Read => {
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
