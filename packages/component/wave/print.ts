import type { ValueType } from '../types.js'
import { WavePrintError } from './error.js'
import { Output } from './output.js'
import { printerOf } from './print-value.js'
import { isTooDeep, MAX_DEPTH } from './shape.js'

/** Below the longest string of Node, with room for what is around the text. */
const MAX_LENGTH = 1 << 28

/**
 * The canonical WAVE text of a value as jco's bindings return it. Throws a WavePrintError for a type without text form
 * (resources, streams, futures, error contexts), a value that is not of its type, and one whose text is longer
 * than `maxLength` UTF-16 code units.
 */
export const printWave = (type: ValueType, value: unknown, maxLength = MAX_LENGTH): string => {
  if (isTooDeep(type))
    throw new WavePrintError('too-deep', `expected a type of at most ${MAX_DEPTH} levels, found a deeper one`)
  const output = new Output(maxLength)
  printerOf(type)(value, output)
  return output.text()
}
