import { HostError } from './errors.js'

const MAX_OFFSET = 2n ** 63n - 1n

/** A `filesize` as a number; EINVAL if `off_t` would be negative. Values above 2^53 are inexact, and no file reaches them. */
export function toOffset(value: bigint): number {
  const offset = BigInt.asUintN(64, value)
  if (offset > MAX_OFFSET) throw new HostError('EINVAL')
  return Number(offset)
}
