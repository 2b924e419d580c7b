import type { ValueType } from '../types.js'
import { WavePrintError } from './error.js'
import { Output } from './output.js'
import { printerOf } from './print-value.js'
import { isTooDeep, MAX_DEPTH } from './shape.js'

/**
 * The canonical WAVE text of a value as jco's bindings return it. Throws a WavePrintError for a type without text form
 * (resources, streams, futures, error contexts), a value that is not of its type, and one that is too large.
 */
export const printWave = (type: ValueType, value: unknown): string => {
  if (isTooDeep(type))
    throw new WavePrintError('too-deep', `expected a type of at most ${MAX_DEPTH} levels, found a deeper one`)
  const output = new Output()
  printerOf(type)(value, output)
  return output.text()
}
