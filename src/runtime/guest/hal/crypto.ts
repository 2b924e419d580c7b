import { failure, HalFailure } from '../../hal/failure.js'
import { MAX_CONTEXTS } from '../../hal/limits.js'
import { decrypt, encrypt, type CipherName } from './cipher.js'
import { hash, type HashName } from './hash.js'
import { generateKeyPair, sign, verify } from './signature.js'

/** Hashes, ciphers and signatures of one instance, all in the guest's process. */
export class Crypto {
  readonly hash = (data: Uint8Array, algorithm: HashName) => hash(data, algorithm)
  readonly encrypt = (data: Uint8Array, key: Uint8Array, cipher: CipherName) => encrypt(data, key, cipher)
  readonly generateKeyPair = generateKeyPair
  readonly sign = sign
  readonly verify = verify
  readonly #legacy: (() => void) | undefined
  readonly #contexts = new Set<bigint>()
  #lastContext = 0n

  /** `legacy` is called after decrypting data of the Rust proplet; undefined: such data is refused. */
  constructor(legacy: (() => void) | undefined) {
    this.#legacy = legacy
  }

  decrypt(data: Uint8Array, key: Uint8Array, cipher: CipherName): Uint8Array {
    return decrypt(data, key, cipher, this.#legacy)
  }

  /** A context has no state. */
  createContext(): bigint {
    if (this.#contexts.size >= MAX_CONTEXTS)
      throw failure('crypto', `at most ${MAX_CONTEXTS} contexts at a time`)
    this.#lastContext += 1n
    this.#contexts.add(this.#lastContext)
    return this.#lastContext
  }

  destroyContext(handle: bigint): void {
    if (!this.#contexts.delete(handle)) throw new HalFailure('unknown crypto context handle')
  }
}
