import type { ValueType } from '../types.js'
import { WavePrintError } from './error.js'
import {
  Output,
  type Print,
  type PrinterOf,
  boolText,
  charText,
  floatText,
  integerText,
  printString,
} from './print-scalar.js'
import { isTooDeep, MAX_DEPTH } from './values.js'
import { unwritable } from './syntax.js'
import {
  enumPrinter,
  optionPrinter,
  resultPrinter,
  variantPrinter,
  listPrinter,
  tuplePrinter,
  flagsPrinter,
  recordPrinter,
} from './print-compound.js'

/** Below the maximum string length of Node.js, with room for surrounding text. */
const MAX_LENGTH = 1 << 28

/**
 * The canonical WAVE text of a value as jco's bindings return it. Throws a WavePrintError for a type without text form
 * (resources, streams, futures, error contexts), for a value that is not of its type, and for one whose text is longer than
 * `maxLength` UTF-16 code units.
 *
 * ```ts
 * printWave({ kind: 'option', some: { kind: 'string' } }, 'yes') // 'some("yes")'
 * ```
 */
export const printWave = (type: ValueType, value: unknown, maxLength = MAX_LENGTH): string => {
  if (isTooDeep(type))
    throw new WavePrintError('too-deep', `expected a type of at most ${MAX_DEPTH} levels, found a deeper one`)
  const output = new Output(maxLength)
  printerOf(type)(value, output)
  return output.text()
}

/** The printer of a type that is not too deep. It is created once for each part of the type, however often that is used. */
const printerOf = (type: ValueType): Print => {
  const known = new Map<ValueType, Print>()
  const make: PrinterOf = (part) => {
    const print = known.get(part) ?? printerFor(part, make)
    known.set(part, print)
    return print
  }
  return make(type)
}

const printerFor = (type: ValueType, make: PrinterOf): Print => {
  switch (type.kind) {
    case 'bool':
      return textPrinter(boolText)
    case 's8':
    case 'u8':
    case 's16':
    case 'u16':
    case 's32':
    case 'u32':
    case 's64':
    case 'u64': {
      const { kind } = type
      return textPrinter((value) => integerText(kind, value))
    }
    case 'f32':
    case 'f64': {
      const { kind } = type
      return textPrinter((value) => floatText(kind, value))
    }
    case 'char':
      return textPrinter(charText)
    case 'string':
      return printString
    case 'list':
      return listPrinter(type, make)
    case 'tuple':
      return tuplePrinter(type, make)
    case 'record':
      return recordPrinter(type, make)
    case 'flags':
      return flagsPrinter(type)
    case 'variant':
      return variantPrinter(type, make)
    case 'enum':
      return enumPrinter(type)
    case 'option':
      return optionPrinter(type, make)
    case 'result':
      return resultPrinter(type, make)
    case 'own':
    case 'borrow':
    case 'stream':
    case 'future':
    case 'error-context':
      return () => {
        throw new WavePrintError('unsupported-type', unwritable(type))
      }
  }
}

const textPrinter =
  (textOf: (value: unknown) => string): Print =>
  (value, output) =>
    output.write(textOf(value))
