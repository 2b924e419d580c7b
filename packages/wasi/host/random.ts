/** Bytes asked for at a time. */
const PIECE = 65_536

/** Fills `bytes` with random bytes fit for cryptography. Their module takes 10 ms to load, so it waits for the first to ask. */
export function fillRandom(bytes: Uint8Array): void {
  const { randomFillSync } = process.getBuiltinModule('node:crypto')
  for (let start = 0; start < bytes.length; start += PIECE) {
    randomFillSync(bytes, start, Math.min(PIECE, bytes.length - start))
  }
}
