import type { FlatType } from '../../wasm/value-types.js'
import type { ValueType } from '../../types.js'
import type { CallContext } from './call-context.js'
import type { FlatValue, FlatValues } from './flat.js'

/**
 * Passes values of one type between a guest and JavaScript; created once for a type. JavaScript values have the form of jco's
 * bindings. Invalid values from a guest trap; invalid values from JavaScript are a TypeError.
 */
export type Codec = {
  readonly kind: ValueType['kind']
  /** The size in memory, in bytes. */
  readonly size: number
  readonly align: number
  /** Undefined if there are too many to pass flat. */
  readonly flat: readonly FlatType[] | undefined
  readonly depth: number
  /** Whether its JavaScript value can be undefined. */
  readonly nullable: boolean
  /** Loads from memory; the caller has checked that `size` bytes at a multiple of `align` are there. */
  load(call: CallContext, at: number): unknown
  store(call: CallContext, at: number, value: unknown): void
  /** Lifts flat values, the first of which is at `from`. */
  lift(call: CallContext, flat: FlatValues, from: number): unknown
  lower(call: CallContext, value: unknown, flat: FlatValue[], to: number): void
}

/** Rejects a JavaScript value; the error contains its kind, not its content. */
export function mismatch(expected: string, value: unknown): never {
  const found = value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value
  throw new TypeError(`expected ${expected} for a component, found ${found}`)
}

export const alignTo = (offset: number, align: number): number => Math.ceil(offset / align) * align
