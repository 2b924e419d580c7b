import { isTypedArray } from 'node:util/types'
import type { ValueType } from '../types.js'
import { WavePrintError } from './error.js'
import { INTEGER_ARRAY_NAMES } from './arrays.js'
import type { Output } from './output.js'
import { mismatch } from './print-primitive.js'
import type { Print, PrinterOf } from './print-value.js'

type TypeOf<K extends ValueType['kind']> = Extract<ValueType, { kind: K }>

export const listPrinter = ({ element, length }: TypeOf<'list'>, printerOf: PrinterOf): Print => {
  const print = printerOf(element)
  const arrayName = INTEGER_ARRAY_NAMES.get(element.kind)
  return (value, output) => {
    const items = itemsOf(value, length, 'a list')
    output.write('[')
    if (isTypedArray(items) && items[Symbol.toStringTag] === arrayName) writeIntegers(items, output)
    else writeItems(items, () => print, output)
    output.write(']')
  }
}

export const tuplePrinter = ({ items: types }: TypeOf<'tuple'>, printerOf: PrinterOf): Print => {
  const printers = types.map(printerOf)
  return (value, output) => {
    output.write('(')
    writeItems(itemsOf(value, printers.length, 'a tuple'), (index) => printers[index], output)
    output.write(')')
  }
}

const itemsOf = (
  value: unknown,
  length: number | undefined,
  name: string,
): readonly unknown[] | NodeJS.TypedArray => {
  if (!Array.isArray(value) && !isTypedArray(value)) throw mismatch(`${name} as an array`, value)
  const items: readonly unknown[] | NodeJS.TypedArray = value
  if (length !== undefined && items.length !== length)
    throw new WavePrintError('invalid-value', `expected ${name} of ${length}, found ${items.length}`)
  return items
}

const writeItems = (
  items: ArrayLike<unknown>,
  printerAt: (index: number) => Print | undefined,
  output: Output,
): void => {
  for (let index = 0; index < items.length; index += 1) {
    if (index > 0) output.write(', ')
    printerAt(index)?.(items[index], output)
  }
}

/** How many numbers are made text at once. */
const BLOCK = 4096

/** An array of the list's own type holds nothing out of range, so its text is made in blocks. */
const writeIntegers = (items: NodeJS.TypedArray, output: Output): void => {
  for (let from = 0; from < items.length; from += BLOCK) {
    if (from > 0) output.write(', ')
    output.write(items.subarray(from, from + BLOCK).join(', '))
  }
}
