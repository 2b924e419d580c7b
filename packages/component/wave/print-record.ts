import type { ValueType } from '../types.js'
import { camelCase } from './names.js'
import { mismatch } from './print-primitive.js'
import type { Print, PrinterOf } from './print-value.js'
import { ownProperty } from './record.js'
import { isNone } from './shape.js'

type TypeOf<K extends ValueType['kind']> = Extract<ValueType, { kind: K }>

/** Fields in the order of the type, those that are `none` left out. */
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
