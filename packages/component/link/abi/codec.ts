import type { FlatType } from '../../wasm/value-types.js'
import type { ValueType } from '../../types.js'
import type { CallContext } from './call-context.js'
import type { FlatValue, FlatValues } from './flat.js'

/**
 * How values of one type pass between a guest and JavaScript, made once for a type. JavaScript values are as jco's bindings
 * have them. What a guest hands over is checked, and traps; a value of JavaScript that is not of the type is a TypeError.
 */
export type Codec = {
  readonly kind: ValueType['kind']
  /** In memory, in bytes. */
  readonly size: number
  readonly align: number
  /** Undefined if there are too many to pass without memory. */
  readonly flat: readonly FlatType[] | undefined
  readonly depth: number
  /** Its JavaScript value can be undefined. */
  readonly nullable: boolean
  /** From memory; the caller has checked that `size` bytes at a multiple of `align` are there. */
  load(call: CallContext, at: number): unknown
  store(call: CallContext, at: number, value: unknown): void
  /** From flat values, of which the first is at `from`. */
  lift(call: CallContext, flat: FlatValues, from: number): unknown
  lower(call: CallContext, value: unknown, flat: FlatValue[], to: number): void
}

/** What is wrong with a value of JavaScript; it says what kind of value was found, and not what is in it. */
export function mismatch(expected: string, value: unknown): never {
  const found = value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value
  throw new TypeError(`expected ${expected} for a component, found ${found}`)
}

export const alignTo = (offset: number, align: number): number => Math.ceil(offset / align) * align
