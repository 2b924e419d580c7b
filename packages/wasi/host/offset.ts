import { HostError } from './errors.js'

const MAX_OFFSET = 2n ** 63n - 1n

/** A `filesize` as a number; EINVAL where `off_t` would be negative. Beyond 2^53 it is inexact, and no file reaches it. */
export function toOffset(value: bigint): number {
  const offset = BigInt.asUintN(64, value)
  if (offset > MAX_OFFSET) throw new HostError('EINVAL')
  return Number(offset)
}
