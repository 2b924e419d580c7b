import type { ValueType } from '../types.js'
import { WavePrintError } from './error.js'
import { unwritable } from './expected.js'
import type { Output } from './output.js'
import { enumPrinter, optionPrinter, resultPrinter, variantPrinter } from './print-choice.js'
import { listPrinter, tuplePrinter } from './print-list.js'
import { boolText, charText, floatText, integerText, printString } from './print-primitive.js'
import { flagsPrinter, recordPrinter } from './print-record.js'

/** Writes the text of a value, or throws a WavePrintError. */
export type Print = (value: unknown, output: Output) => void

export type PrinterOf = (type: ValueType) => Print

/** The printer of a type that is not too deep. It is made once for each part of the type, however often that is used. */
export const printerOf = (type: ValueType): Print => {
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
