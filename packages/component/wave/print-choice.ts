import type { ValueType } from '../types.js'
import { oneOf } from './expected.js'
import { caseLabel } from './label.js'
import { mismatch } from './print-primitive.js'
import type { Print, PrinterOf } from './print-value.js'
import { ownProperty } from './record.js'
import { isNone, isNullable } from './shape.js'

type TypeOf<K extends ValueType['kind']> = Extract<ValueType, { kind: K }>

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
