import type { ValueType } from '../types.js'
import { ownProperty } from './record.js'

/** How deep types, and so values, may be nested. The text form is for people; jco's bindings stop far earlier. */
export const MAX_DEPTH = 128

/** How many fields and flags that its text leaves out a value may have in all. */
export const MAX_LEFT_OUT = 1 << 20

/** The types that the values of a type are made of. */
const partsOf = (type: ValueType): readonly (ValueType | undefined)[] => {
  if (type.kind === 'list') return [type.element]
  if (type.kind === 'tuple') return type.items
  if (type.kind === 'record') return type.fields.map((field) => field.type)
  if (type.kind === 'variant') return type.cases.map((one) => one.type)
  if (type.kind === 'option') return [type.some]
  return type.kind === 'result' ? [type.ok, type.err] : []
}

/** Whether a type is nested deeper than MAX_DEPTH. Parts that are shared are looked at once. */
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

/** Whether a bare value stands for `some(…)` or `ok(…)` of this payload. */
export const isBareAllowed = (payload: ValueType): boolean =>
  payload.kind !== 'option' && payload.kind !== 'result'

/**
 * Whether the JavaScript value of a type can be `undefined`, as jco's bindings have it: an option is a value or undefined
 * unless its payload can be undefined itself, then it is `{ tag, val }`. So forms alternate in options of options.
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
