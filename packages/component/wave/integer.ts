import type { ValueType } from '../types.js'

export type BigKind = 's64' | 'u64'
export type SmallKind = 's8' | 'u8' | 's16' | 'u16' | 's32' | 'u32'
export type IntegerKind = SmallKind | BigKind

type Range = { readonly min: bigint; readonly max: bigint }

const RANGES: Readonly<Record<IntegerKind, Range>> = {
  s8: { min: -(1n << 7n), max: (1n << 7n) - 1n },
  u8: { min: 0n, max: (1n << 8n) - 1n },
  s16: { min: -(1n << 15n), max: (1n << 15n) - 1n },
  u16: { min: 0n, max: (1n << 16n) - 1n },
  s32: { min: -(1n << 31n), max: (1n << 31n) - 1n },
  u32: { min: 0n, max: (1n << 32n) - 1n },
  s64: { min: -(1n << 63n), max: (1n << 63n) - 1n },
  u64: { min: 0n, max: (1n << 64n) - 1n },
}

/** No integer of 64 bits is longer, sign included. */
const MAX_LENGTH = 20

export const isInRange = (kind: IntegerKind, value: bigint): boolean =>
  value >= RANGES[kind].min && value <= RANGES[kind].max

/** `an integer from 0 to 255 (u8)` */
export const integerExpected = (kind: IntegerKind): string =>
  `an integer from ${String(RANGES[kind].min)} to ${String(RANGES[kind].max)} (${kind})`

/** The integer that a text of digits states, undefined if it is out of the range of its type. */
export const integerOf = (kind: IntegerKind, digits: string): bigint | undefined => {
  if (digits.length > MAX_LENGTH) return undefined
  const value = BigInt(digits)
  return isInRange(kind, value) ? value : undefined
}

export const isSmallKind = (kind: ValueType['kind']): kind is SmallKind =>
  kind in RANGES && kind !== 's64' && kind !== 'u64'
