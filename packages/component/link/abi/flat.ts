import type { FlatType } from '../../wasm/value-types.js'
import { trap } from './trap.js'

export type FlatValue = number | bigint
export type FlatValues = readonly (FlatValue | undefined)[]

/** More flat parameters than this are passed through memory. */
export const MAX_FLAT_PARAMS = 16
/** So are more results than this. */
export const MAX_FLAT_RESULTS = 1

/** The flat types of consecutive parts; undefined if there are too many to pass flat. */
export function concatFlat(
  parts: Iterable<readonly FlatType[] | undefined>,
): readonly FlatType[] | undefined {
  const all: FlatType[] = []
  for (const part of parts) {
    if (part === undefined || all.length + part.length > MAX_FLAT_PARAMS) return undefined
    all.push(...part)
  }
  return all
}

/** The flat types of a payload that is one of several types. */
export function joinFlat(parts: Iterable<readonly FlatType[] | undefined>): readonly FlatType[] | undefined {
  const joined: FlatType[] = []
  for (const part of parts) {
    if (part === undefined) return undefined
    for (const [index, type] of part.entries()) {
      const other = joined[index]
      joined[index] = other === undefined ? type : join(other, type)
    }
  }
  return joined
}

function join(a: FlatType, b: FlatType): FlatType {
  if (a === b) return a
  return (a === 'i32' && b === 'f32') || (a === 'f32' && b === 'i32') ? 'i32' : 'i64'
}

/** A core function declared with types other than its component function's returns values of other types. */
export function numberAt(flat: FlatValues, index: number): number {
  const value = flat[index]
  return typeof value === 'number'
    ? value
    : trap('a core function does not have the type of its component function')
}

export function bigAt(flat: FlatValues, index: number): bigint {
  const value = flat[index]
  return typeof value === 'bigint'
    ? value
    : trap('a core function does not have the type of its component function')
}

export const unsignedAt = (flat: FlatValues, index: number): number => numberAt(flat, index) >>> 0

const scratch = () => new DataView(new ArrayBuffer(8))

/** Converts the value of a joined slot to the type of a case; undefined if the types are equal. */
export function narrowing(from: FlatType, to: FlatType): ((value: FlatValue) => FlatValue) | undefined {
  if (from === to) return undefined
  const view = scratch()
  const bits = (value: FlatValue) => (typeof value === 'bigint' ? Number(BigInt.asIntN(32, value)) : value)
  if (to === 'i32') return bits
  if (to === 'f32')
    return (value) => {
      view.setInt32(0, bits(value), true)
      return view.getFloat32(0, true)
    }
  return (value) => {
    view.setBigInt64(0, BigInt(value), true)
    return view.getFloat64(0, true)
  }
}

/** Converts the other way round. */
export function widening(from: FlatType, to: FlatType): ((value: FlatValue) => FlatValue) | undefined {
  if (from === to) return undefined
  const view = scratch()
  const bits = (value: FlatValue): number => {
    if (from !== 'f32') return Number(value)
    view.setFloat32(0, Number(value), true)
    return view.getInt32(0, true)
  }
  if (to === 'i32') return bits
  if (from === 'f64')
    return (value) => {
      view.setFloat64(0, Number(value), true)
      return view.getBigInt64(0, true)
    }
  return (value) => BigInt(bits(value) >>> 0)
}
