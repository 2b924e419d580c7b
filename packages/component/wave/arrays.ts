import type { ValueType } from '../types.js'
import type { BigKind, SmallKind } from './integer.js'

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
