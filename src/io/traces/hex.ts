import { randomFillSync } from 'node:crypto'

/** Bytes requested from the system at once: few cost as much as many. */
const POOL_BYTES = 4096

/** Random bytes as hexadecimal digits, not all 0; `bytes` is at most 4096. */
export const createHex = (): ((bytes: number) => string) => {
  const pool = Buffer.alloc(POOL_BYTES)
  let used = POOL_BYTES
  const hex = (bytes: number): string => {
    if (used + bytes > POOL_BYTES) {
      randomFillSync(pool)
      used = 0
    }
    const digits = pool.toString('hex', used, used + bytes)
    used += bytes
    return /[^0]/.test(digits) ? digits : hex(bytes)
  }
  return hex
}
