import {
  createPrivateKey,
  createPublicKey,
  randomFillSync,
  sign as signWith,
  verify as verifyWith,
} from 'node:crypto'
import { failure } from '../../hal/failure.js'

export type KeyPair = { readonly publicKey: Uint8Array; readonly privateKey: Uint8Array }

const KEY_BYTES = 32
const SIGNATURE_BYTES = 64
/** DER before the seed in a PKCS #8 key, and before the public key in an SPKI one (RFC 8410). */
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')
const PUBLIC_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

const privateKeyOf = (seed: Uint8Array) =>
  createPrivateKey({ key: Buffer.concat([PRIVATE_PREFIX, seed]), format: 'der', type: 'pkcs8' })

/** Ed25519: the private key is the seed. */
export function generateKeyPair(): KeyPair {
  const privateKey = randomFillSync(new Uint8Array(KEY_BYTES))
  const spki = createPublicKey(privateKeyOf(privateKey)).export({ format: 'der', type: 'spki' })
  return { privateKey, publicKey: spki.subarray(PUBLIC_PREFIX.length) }
}

/** Ed25519 (RFC 8032), 64 bytes. */
export function sign(data: Uint8Array, seed: Uint8Array): Uint8Array {
  if (seed.length !== KEY_BYTES)
    throw failure('parameter', 'Invalid key length for algorithm Ed25519 and context type Signing')
  return signWith(null, data, privateKeyOf(seed))
}

/** False if verification fails for any reason, including malformed keys and signatures. */
export function verify(data: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean {
  if (signature.length !== SIGNATURE_BYTES || publicKey.length !== KEY_BYTES) return false
  try {
    const key = createPublicKey({
      key: Buffer.concat([PUBLIC_PREFIX, publicKey]),
      format: 'der',
      type: 'spki',
    })
    return verifyWith(null, data, key, signature)
  } catch {
    return false // The key is not a point of the curve.
  }
}
