import type { PrimitiveKind } from '../types.js'
import type { Case, Field, Form, Resource, Value } from './types.js'

/** Compares the parts of value types; returns the mismatch. */
export type Comparison = {
  readonly value: (given: Value, wanted: Value) => string | undefined
  readonly resource: (given: Resource, wanted: Resource) => string | undefined
}

export const primitiveOf = (type: Value): PrimitiveKind | undefined =>
  typeof type === 'string' ? type : type.form.kind === 'primitive' ? type.form.primitive : undefined

export function formMismatch(given: Form, wanted: Form, compare: Comparison): string | undefined {
  switch (wanted.kind) {
    case 'primitive':
      return given.kind === 'primitive' ? undefined : `expected primitive, found ${given.kind}`
    case 'record':
      return given.kind === 'record' ? fields(given.fields, wanted.fields, compare) : found(given, wanted)
    case 'variant':
      return given.kind === 'variant' ? cases(given.cases, wanted.cases, compare) : found(given, wanted)
    case 'list':
      if (given.kind !== 'list') return found(given, wanted)
      if (given.length !== wanted.length) return 'expected a list of another fixed length'
      return within('type mismatch in list element', compare.value(given.element, wanted.element))
    case 'map':
      if (given.kind !== 'map') return found(given, wanted)
      return (
        within('type mismatch in map key', compare.value(given.key, wanted.key)) ??
        within('type mismatch in map value', compare.value(given.value, wanted.value))
      )
    case 'tuple':
      return given.kind === 'tuple' ? tuple(given.items, wanted.items, compare) : found(given, wanted)
    case 'flags':
      return given.kind === 'flags' ? labels('flags', given.names, wanted.names) : found(given, wanted)
    case 'enum':
      return given.kind === 'enum' ? labels('enum', given.cases, wanted.cases) : found(given, wanted)
    case 'option':
      return given.kind === 'option'
        ? within('type mismatch in option', compare.value(given.some, wanted.some))
        : found(given, wanted)
    case 'result':
      if (given.kind !== 'result') return found(given, wanted)
      return optional('ok', given.ok, wanted.ok, compare) ?? optional('err', given.err, wanted.err, compare)
    case 'own':
    case 'borrow':
      return given.kind === wanted.kind
        ? compare.resource(given.resource, wanted.resource)
        : found(given, wanted)
    case 'stream':
    case 'future':
      if (given.kind !== wanted.kind) return found(given, wanted)
      if (given.element === undefined || wanted.element === undefined)
        return given.element === wanted.element ? undefined : `expected ${wanted.kind} of another type`
      return within(`type mismatch in ${wanted.kind}`, compare.value(given.element, wanted.element))
  }
}

const found = (given: Form, wanted: Form): string =>
  `expected ${wanted.kind}, found ${given.kind === 'primitive' ? given.primitive : given.kind}`

const within = (where: string, mismatch: string | undefined): string | undefined =>
  mismatch === undefined ? undefined : `${where}: ${mismatch}`.slice(0, 400)

const labels = (kind: string, given: readonly string[], wanted: readonly string[]): string | undefined =>
  given.length === wanted.length && given.every((label, index) => label === wanted[index])
    ? undefined
    : `mismatch in ${kind} elements`

function fields(given: readonly Field[], wanted: readonly Field[], compare: Comparison): string | undefined {
  if (given.length !== wanted.length) return `expected ${wanted.length} fields, found ${given.length}`
  for (const [index, field] of wanted.entries()) {
    const other = given[index]
    if (other?.name !== field.name)
      return `expected field name \`${field.name}\`, found \`${other?.name ?? ''}\``
    const mismatch = compare.value(other.type, field.type)
    if (mismatch !== undefined) return within(`type mismatch in record field \`${field.name}\``, mismatch)
  }
  return undefined
}

function cases(given: readonly Case[], wanted: readonly Case[], compare: Comparison): string | undefined {
  if (given.length !== wanted.length) return `expected ${wanted.length} cases, found ${given.length}`
  for (const [index, { name, type }] of wanted.entries()) {
    const other = given[index]
    if (other?.name !== name) return `expected case named \`${name}\`, found \`${other?.name ?? ''}\``
    if (type === undefined || other.type === undefined) {
      if (type === other.type) continue
      return type === undefined
        ? `expected case \`${name}\` to have no type`
        : `expected case \`${name}\` to have a type, found none`
    }
    const mismatch = compare.value(other.type, type)
    if (mismatch !== undefined) return within(`type mismatch in variant case \`${name}\``, mismatch)
  }
  return undefined
}

function tuple(given: readonly Value[], wanted: readonly Value[], compare: Comparison): string | undefined {
  if (given.length !== wanted.length) return `expected ${wanted.length} types, found ${given.length}`
  for (const [index, type] of wanted.entries()) {
    const other = given[index]
    const mismatch = other === undefined ? 'none' : compare.value(other, type)
    if (mismatch !== undefined) return within(`type mismatch in tuple field ${index}`, mismatch)
  }
  return undefined
}

function optional(
  which: 'ok' | 'err',
  given: Value | undefined,
  wanted: Value | undefined,
  compare: Comparison,
): string | undefined {
  if (given !== undefined && wanted !== undefined)
    return within(`type mismatch in ${which} variant`, compare.value(given, wanted))
  if (given === wanted) return undefined
  return wanted === undefined
    ? `expected ${which} type to not be present`
    : `expected ${which} type, but found none`
}
