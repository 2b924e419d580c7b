import type { AddressType } from '../../wasm/value-types.js'
import { bigAt, unsignedAt, type FlatValue, type FlatValues } from './flat.js'

/** Where the elements of a list or a string are; the `length` of a string may have `UTF16_TAG`. */
export type Range = { readonly pointer: number; readonly length: number }

/** How a range is passed, in memory and in flat values. */
export type RangeForm = {
  readonly type: AddressType
  /** The size of each of its two parts. */
  readonly bytes: number
  readonly load: (view: DataView, at: number) => Range
  readonly store: (view: DataView, at: number, range: Range) => void
  readonly lift: (flat: FlatValues, from: number) => Range
  readonly lower: (range: Range, flat: FlatValue[], to: number) => void
}

/** The bit in the length of a `latin1+utf16` string that marks UTF-16: the highest bit, bit 63 in 64-bit memories. */
export const UTF16_TAG = 0x80000000
const WIDE_TAG = 1n << 63n

/** An address. Above 2 ** 53 it is inexact, but outside the bounds of any memory. */
export const addressAt = (flat: FlatValues, index: number, type: AddressType): number =>
  type === 'i32' ? unsignedAt(flat, index) : toAddress(bigAt(flat, index))

export const toAddress = (value: bigint): number => Number(BigInt.asUintN(64, value))

export const fromAddress = (at: number, type: AddressType): FlatValue => (type === 'i32' ? at : BigInt(at))

/** A length beyond the maximum is out of bounds as well. */
function toLength(value: bigint): number {
  const isTagged = (value & WIDE_TAG) !== 0n
  const length = Number(isTagged ? value ^ WIDE_TAG : value)
  if (length >= UTF16_TAG) return Number.MAX_SAFE_INTEGER
  return isTagged ? length + UTF16_TAG : length
}

const fromLength = (length: number): bigint =>
  length < UTF16_TAG ? BigInt(length) : BigInt(length - UTF16_TAG) | WIDE_TAG

const narrow: RangeForm = {
  type: 'i32',
  bytes: 4,
  load: (view, at) => ({ pointer: view.getUint32(at, true), length: view.getUint32(at + 4, true) }),
  store: (view, at, { pointer, length }) => {
    view.setUint32(at, pointer, true)
    view.setUint32(at + 4, length, true)
  },
  lift: (flat, from) => ({ pointer: unsignedAt(flat, from), length: unsignedAt(flat, from + 1) }),
  lower: ({ pointer, length }, flat, to) => {
    flat[to] = pointer
    flat[to + 1] = length
  },
}

const wide: RangeForm = {
  type: 'i64',
  bytes: 8,
  load: (view, at) => ({
    pointer: Number(view.getBigUint64(at, true)),
    length: toLength(view.getBigUint64(at + 8, true)),
  }),
  store: (view, at, { pointer, length }) => {
    view.setBigUint64(at, BigInt(pointer), true)
    view.setBigUint64(at + 8, fromLength(length), true)
  },
  lift: (flat, from) => ({
    pointer: toAddress(bigAt(flat, from)),
    length: toLength(BigInt.asUintN(64, bigAt(flat, from + 1))),
  }),
  lower: ({ pointer, length }, flat, to) => {
    flat[to] = BigInt(pointer)
    flat[to + 1] = fromLength(length)
  },
}

export const RANGE_FORMS: Readonly<Record<AddressType, RangeForm>> = { i32: narrow, i64: wide }
