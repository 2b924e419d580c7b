/** Maximum bytes of one request. */
const PIECE = 65_536

/**
 * Fills `bytes` with cryptographically secure random bytes. Their module takes 10 ms to load, so it is loaded at the first call.
 */
export function fillRandom(bytes: Uint8Array): void {
  const { randomFillSync } = process.getBuiltinModule('node:crypto')
  for (let start = 0; start < bytes.length; start += PIECE) {
    randomFillSync(bytes, start, Math.min(PIECE, bytes.length - start))
  }
}
