import { randomFillSync } from 'node:crypto'

/** Bytes asked for at a time. */
const PIECE = 65_536

/** Fills `bytes` with random bytes fit for cryptography. */
export function fillRandom(bytes: Uint8Array): void {
  for (let start = 0; start < bytes.length; start += PIECE) {
    randomFillSync(bytes, start, Math.min(PIECE, bytes.length - start))
  }
}
