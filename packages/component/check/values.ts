import { malformed } from '../binary/error.js'
import type { FuncType, ValType, ValueDefinition } from '../binary/type-ast.js'
import { mapShape, partsOf } from '../binary/value-shape.js'
import type { PrimitiveKind } from '../types.js'
import { checkLabels } from './labels.js'
import type { Scope } from './scope.js'
import { layoutOf } from './layout.js'
import type { Form, Func, Value, ValueType } from './types.js'

/** Values in 64-bit memories must be smaller than this. */
const MAX_BYTES = 2 ** 28
const MAX_FLAGS = 32

export function valueType(definition: ValueDefinition, scope: Scope, offset: number): ValueType {
  const form = formOf(definition, scope, offset)
  const parts = partsOf(form)
  checkNames(form, offset)
  scope.work.step(offset, parts.length + 1)
  if (form.kind === 'flags' && form.names.length > MAX_FLAGS)
    throw malformed(`cannot have more than ${MAX_FLAGS} flags`, offset)
  if (form.kind === 'stream' && form.element !== undefined && isChar(form.element))
    throw malformed('`stream<char>` is not valid at this time', offset)
  const { bytes, align } = layoutOf(form)
  if (bytes >= MAX_BYTES) throw malformed(`a type of ${bytes} bytes exceeds maximum byte size`, offset)
  const inner = parts.filter((part) => typeof part !== 'string')
  return {
    kind: 'value',
    form,
    depth: scope.work.depth(inner.reduce((most, { depth }) => Math.max(most, depth), 0) + 1, offset),
    borrows: form.kind === 'borrow' || inner.some(({ borrows }) => borrows),
    points: pointsItself(form) || (!isChannel(form) && parts.some(points)),
    bytes,
    align,
  }
}

function checkNames(form: Form, offset: number): void {
  const names = (items: readonly { readonly name: string }[]) => items.map(({ name }) => name)
  if (form.kind === 'record') checkLabels(names(form.fields), 'record field', offset)
  else if (form.kind === 'variant') checkLabels(names(form.cases), 'variant case', offset)
  else if (form.kind === 'flags') checkLabels(form.names, 'flag', offset)
  else if (form.kind === 'enum') checkLabels(form.cases, 'enum tag', offset)
}

/** Whether a value is or contains something whose bytes are elsewhere in memory. */
export const points = (type: Value): boolean => (typeof type === 'string' ? type === 'string' : type.points)

/** What is sent over a channel is not passed with it. */
const isChannel = ({ kind }: Form): boolean => kind === 'stream' || kind === 'future'

const pointsItself = (form: Form): boolean =>
  (form.kind === 'list' && form.length === undefined) ||
  form.kind === 'map' ||
  (form.kind === 'primitive' && form.primitive === 'string')

const isChar = (type: Value): boolean =>
  type === 'char' ||
  (typeof type !== 'string' && type.form.kind === 'primitive' && type.form.primitive === 'char')

function formOf(definition: ValueDefinition, scope: Scope, offset: number): Form {
  const form = mapShape(
    definition,
    (type) => useValue(type, scope, offset),
    (resource) => scope.resource(resource, offset),
  )
  if (form.kind === 'map') checkKey(form.key, offset)
  return form
}

const KEYS: ReadonlySet<PrimitiveKind> = new Set<PrimitiveKind>([
  'bool',
  's8',
  'u8',
  's16',
  'u16',
  's32',
  'u32',
  's64',
  'u64',
  'char',
  'string',
])

function checkKey(key: Value, offset: number): void {
  const primitive =
    typeof key === 'string' ? key : key.form.kind === 'primitive' ? key.form.primitive : undefined
  if (primitive === undefined || !KEYS.has(primitive))
    throw malformed('the key of a map is a number, a bool, a char or a string', offset)
}

export function useValue(type: ValType, scope: Scope, offset: number): Value {
  if (typeof type === 'string') return type
  const found = scope.type(type)
  if (found?.kind !== 'value') throw malformed(`type index ${type} is not a defined type`, offset)
  return found
}

export function funcType({ params, result, async }: FuncType, scope: Scope, offset: number): Func {
  scope.work.step(offset, params.length + 1)
  checkLabels(
    params.map(({ name }) => name),
    'function parameter',
    offset,
  )
  const type = result === undefined ? undefined : useValue(result, scope, offset)
  if (type !== undefined && typeof type !== 'string' && type.borrows)
    throw malformed('function result cannot contain a `borrow` type', offset)
  return {
    kind: 'func',
    params: params.map((param) => ({ name: param.name, type: useValue(param.type, scope, offset) })),
    result: type,
    async,
  }
}
