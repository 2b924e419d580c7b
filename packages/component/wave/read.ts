import * as E from 'fp-ts/lib/Either.js'
import type { ValueType } from '../types.js'
import { WaveError } from './error.js'
import { readerOf } from './read-value.js'
import { isTooDeep, MAX_DEPTH } from './shape.js'
import { Source } from './source.js'

/**
 * Reads the one WAVE value of a type that a text is, white space and comments around it aside. The value is as jco's
 * bindings take it. Any text is safe to read: time and memory are in proportion to its length and to
 * what it leaves out, which has a limit.
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

/** Anything else that is thrown here is a defect, and goes on. */
const asWaveError = (thrown: unknown): WaveError => {
  if (thrown instanceof WaveError) return thrown
  throw thrown
}
