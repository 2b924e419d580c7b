import { createHash } from 'node:crypto'
import { blake3 } from '@noble/hashes/blake3.js'

export type HashName = 'sha256' | 'sha384' | 'sha512' | 'blake3'

/** Node.js has no BLAKE3. */
export const hash = (data: Uint8Array, algorithm: HashName): Uint8Array =>
  algorithm === 'blake3' ? blake3(data) : createHash(algorithm).update(data).digest()
