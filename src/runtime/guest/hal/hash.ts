import { createHash } from 'node:crypto'
import { blake3 } from '@noble/hashes/blake3.js'

const HASHES = ['sha256', 'sha384', 'sha512', 'blake3'] as const
export type HashName = (typeof HASHES)[number]

/** Node.js has no BLAKE3. */
export const hash = (data: Uint8Array, algorithm: HashName): Uint8Array =>
  algorithm === 'blake3' ? blake3(data) : createHash(algorithm).update(data).digest()
