import { generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { FlattenedJWE } from 'jose'
import type { TeePublicKey } from './binding.js'
import { KbsError } from './errors.js'

/** Key types, as the configuration of the Attestation Agent names them. */
export const TEE_KEY_ALGORITHMS = ['ECDH-ES+A256KW-P256', 'ECDH-ES+A256KW-P521', 'RSA-OAEP-256'] as const
export type TeeKeyAlgorithm = (typeof TEE_KEY_ALGORITHMS)[number]

/** The key pair of one session; the service encrypts its answers to it. */
export type TeeKey = {
  readonly publicKey: TeePublicKey
  /** Decrypts a payload. Rejects with a `KbsError` if it is encrypted to another key, or was changed. */
  readonly open: (jwe: FlattenedJWE) => Promise<Uint8Array>
}

const RSA_BITS = 2048
const generate = promisify(generateKeyPair)

const member = (jwk: object, name: string): string => {
  const value: unknown = Reflect.get(jwk, name)
  if (typeof value === 'string') return value
  throw new Error(`a key without ${name}`)
}

const ecKey = async (crv: 'P-256' | 'P-521') => {
  const { publicKey, privateKey } = await generate('ec', { namedCurve: crv })
  return { publicKey: ecPublic(publicKey, crv), privateKey }
}

const ecPublic = (key: KeyObject, crv: string): TeePublicKey => {
  const jwk = key.export({ format: 'jwk' })
  return { kty: 'EC', crv, alg: 'ECDH-ES+A256KW', x: member(jwk, 'x'), y: member(jwk, 'y') }
}

const rsaKey = async () => {
  const { publicKey, privateKey } = await generate('rsa', { modulusLength: RSA_BITS })
  const jwk = publicKey.export({ format: 'jwk' })
  const shown: TeePublicKey = { kty: 'RSA', alg: 'RSA-OAEP-256', n: member(jwk, 'n'), e: member(jwk, 'e') }
  return { publicKey: shown, privateKey }
}

/** Decrypts with the private key, accepting only the agreed algorithms. */
export const teeKeyOf = (publicKey: TeePublicKey, privateKey: KeyObject): TeeKey => ({
  publicKey,
  open: async (jwe) => {
    const { flattenedDecrypt } = await import('jose')
    try {
      const { plaintext } = await flattenedDecrypt(jwe, privateKey, {
        keyManagementAlgorithms: [publicKey.alg],
        contentEncryptionAlgorithms: ['A256GCM'],
      })
      return plaintext
    } catch (error) {
      throw new KbsError(
        'malformed',
        'the answer could not be decrypted: it is damaged or encrypted to another key',
        {
          cause: error,
        },
      )
    }
  },
})

/** A new key pair. */
export const createTeeKey = async (algorithm: TeeKeyAlgorithm): Promise<TeeKey> => {
  const made =
    algorithm === 'RSA-OAEP-256'
      ? await rsaKey()
      : await ecKey(algorithm.endsWith('P521') ? 'P-521' : 'P-256')
  return teeKeyOf(made.publicKey, made.privateKey)
}
