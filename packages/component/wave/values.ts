import type { ValueType } from '../types.js'
import type { BigKind, SmallKind } from './numbers.js'

/** An object without inherited properties, so that any label (`constructor`) is a property like any other. */
export const emptyRecord = (): Record<string, unknown> => ({ __proto__: null })

/** An own property of an object; undefined if it has none, even if it inherits one. */
export const ownProperty = (value: object, key: string): unknown =>
  Object.hasOwn(value, key) ? (Reflect.get(value, key) as unknown) : undefined

/** Maximum nesting of types, and so of values. The text form is for people; jco's bindings have a far lower limit. */
export const MAX_DEPTH = 128

/** Maximum number of fields and flags that the text of a value omits. */
export const MAX_LEFT_OUT = 1 << 20

/** The types of the parts of a value. */
const partsOf = (type: ValueType): readonly (ValueType | undefined)[] => {
  if (type.kind === 'list') return [type.element]
  if (type.kind === 'tuple') return type.items
  if (type.kind === 'record') return type.fields.map((field) => field.type)
  if (type.kind === 'variant') return type.cases.map((one) => one.type)
  if (type.kind === 'option') return [type.some]
  return type.kind === 'result' ? [type.ok, type.err] : []
}

/** Whether a type is nested deeper than MAX_DEPTH. Shared parts are examined once. */
export const isTooDeep = (type: ValueType): boolean => {
  const heights = new Map<ValueType, number>()
  const height = (part: ValueType, depth: number): number => {
    const known = heights.get(part)
    if (known !== undefined) return known
    if (depth > MAX_DEPTH) return Infinity
    let most = 0
    for (const below of partsOf(part)) if (below) most = Math.max(most, height(below, depth + 1))
    heights.set(part, most + 1)
    return most + 1
  }
  return height(type, 1) > MAX_DEPTH
}

/** Whether a bare payload stands for `some(…)` or `ok(…)`. */
export const isBareAllowed = (payload: ValueType): boolean =>
  payload.kind !== 'option' && payload.kind !== 'result'

/**
 * Whether the JavaScript value of a type can be `undefined` in jco's bindings: an option is a value or undefined, unless its
 * payload itself can be undefined; then it is `{ tag, val }`. So the two forms alternate in nested options.
 */
export const isNullable = (type: ValueType): boolean => {
  let nullable = false
  for (let part = type; part.kind === 'option'; part = part.some) nullable = !nullable
  return nullable
}

/** The JavaScript value of `none`. */
export const noneOf = (payload: ValueType): unknown => (isNullable(payload) ? { tag: 'none' } : undefined)

/** The JavaScript value of `some(…)`. */
export const someOf = (payload: ValueType, value: unknown): unknown =>
  isNullable(payload) ? { tag: 'some', val: value } : value

/** Whether the JavaScript value of an option is `none`. */
export const isNone = (payload: ValueType, value: unknown): boolean =>
  isNullable(payload)
    ? typeof value === 'object' && value !== null && ownProperty(value, 'tag') === 'none'
    : value === undefined || value === null

export const SMALL_ARRAYS: Readonly<Record<SmallKind, (items: readonly number[]) => NodeJS.TypedArray>> = {
  s8: (items) => Int8Array.from(items),
  u8: (items) => Uint8Array.from(items),
  s16: (items) => Int16Array.from(items),
  u16: (items) => Uint16Array.from(items),
  s32: (items) => Int32Array.from(items),
  u32: (items) => Uint32Array.from(items),
}

export const BIG_ARRAYS: Readonly<Record<BigKind, (items: readonly bigint[]) => NodeJS.TypedArray>> = {
  s64: (items) => BigInt64Array.from(items),
  u64: (items) => BigUint64Array.from(items),
}

export const FLOAT_ARRAYS: Readonly<Record<'f32' | 'f64', (items: readonly number[]) => NodeJS.TypedArray>> =
  {
    f32: (items) => Float32Array.from(items),
    f64: (items) => Float64Array.from(items),
  }

/** The arrays whose elements are all integers of one type. */
export const INTEGER_ARRAY_NAMES: ReadonlyMap<ValueType['kind'], string> = new Map([
  ['s8', 'Int8Array'],
  ['u8', 'Uint8Array'],
  ['s16', 'Int16Array'],
  ['u16', 'Uint16Array'],
  ['s32', 'Int32Array'],
  ['u32', 'Uint32Array'],
  ['s64', 'BigInt64Array'],
  ['u64', 'BigUint64Array'],
])
