import { isTypedArray } from 'node:util/types'
import type { ValueType } from '../types.js'
import { WavePrintError } from './error.js'
import { INTEGER_ARRAY_NAMES, ownProperty, isNone, isNullable } from './values.js'
import { type Output, mismatch, type Print, type PrinterOf } from './print-scalar.js'
import { oneOf, caseLabel } from './syntax.js'
import { camelCase } from './names.js'

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

/** How many numbers are formatted at once. */
const BLOCK = 4096

/** A typed array of the list's own type has no values out of range, so it is formatted in blocks. */
const writeIntegers = (items: NodeJS.TypedArray, output: Output): void => {
  for (let from = 0; from < items.length; from += BLOCK) {
    if (from > 0) output.write(', ')
    output.write(items.subarray(from, from + BLOCK).join(', '))
  }
}

type Case = { readonly label: string; readonly print: Print | undefined }

export const variantPrinter = ({ cases }: TypeOf<'variant'>, printerOf: PrinterOf): Print =>
  casePrinter(
    new Map(
      cases.map(({ name, type }) => [name, { label: caseLabel(name), print: type && printerOf(type) }]),
    ),
  )

export const resultPrinter = ({ ok, err }: TypeOf<'result'>, printerOf: PrinterOf): Print =>
  casePrinter(
    new Map([
      ['ok', { label: 'ok', print: ok && printerOf(ok) }],
      ['err', { label: 'err', print: err && printerOf(err) }],
    ]),
  )

export const enumPrinter = ({ cases }: TypeOf<'enum'>): Print => {
  const labels = new Map(cases.map((name) => [name, caseLabel(name)]))
  return (value, output) => {
    const label = typeof value === 'string' ? labels.get(value) : undefined
    if (label === undefined) throw mismatch(oneOf(labels.keys()), value)
    output.write(label)
  }
}

export const optionPrinter = ({ some }: TypeOf<'option'>, printerOf: PrinterOf): Print => {
  const isTagged = isNullable(some)
  const print = printerOf(some)
  return (value, output) => {
    if (isNone(some, value)) {
      output.write('none')
      return
    }
    if (isTagged && tagOf(value) !== 'some') throw mismatch('an option as `{ tag, val }`', value)
    output.write('some(')
    print(isTagged ? valOf(value) : value, output)
    output.write(')')
  }
}

const casePrinter =
  (cases: ReadonlyMap<unknown, Case>): Print =>
  (value, output) => {
    const found = cases.get(tagOf(value))
    if (!found) throw mismatch('a case of its type as `{ tag, val }`', value)
    output.write(found.label)
    if (!found.print) return
    output.write('(')
    found.print(valOf(value), output)
    output.write(')')
  }

const tagOf = (value: unknown): unknown => property(value, 'tag')

const valOf = (value: unknown): unknown => property(value, 'val')

const property = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? ownProperty(value, key) : undefined

/** Fields in the order of the type, omitting those that are `none`. */
export const recordPrinter = ({ fields }: TypeOf<'record'>, printerOf: PrinterOf): Print => {
  const printers = fields.map(({ name, type }) => ({
    name,
    key: camelCase(name),
    print: printerOf(type),
    some: type.kind === 'option' ? type.some : undefined,
  }))
  return (value, output) => {
    if (!isObject(value)) throw mismatch('a record as an object', value)
    let before = '{'
    for (const { name, key, print, some } of printers) {
      const field = ownProperty(value, key)
      if (some && isNone(some, field)) continue
      output.write(`${before}${name}: `)
      print(field, output)
      before = ', '
    }
    output.write(before === '{' ? '{:}' : '}')
  }
}

/** The flags that are set, in the order of the type. */
export const flagsPrinter = ({ names }: TypeOf<'flags'>): Print => {
  const keys = names.map((name) => ({ name, key: camelCase(name) }))
  return (value, output) => {
    if (!isObject(value)) throw mismatch('flags as an object', value)
    const set = keys.filter(({ key }) => isSet(ownProperty(value, key)))
    output.write(`{${set.map(({ name }) => name).join(', ')}}`)
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

const isSet = (flag: unknown): boolean => {
  if (flag !== undefined && typeof flag !== 'boolean') throw mismatch('a flag as a boolean', flag)
  return flag === true
}
