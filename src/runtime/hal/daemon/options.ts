import type { StorageOptions } from '../storage/task-storage.js'

export type HalAttestation = {
  /** As reported to guests, such as `IntelTdx`. */
  readonly platform: { readonly type: string; readonly version: string }
  /** Evidence that is bound to up to 64 bytes, as JSON text. Rejects with an Error whose message guests get. */
  readonly attest: (data: Uint8Array, signal: AbortSignal) => Promise<string>
}

export type HalOptions = {
  /** Undefined if guests have no storage. */
  readonly storage?: StorageOptions | undefined
  /** Undefined outside a TEE. */
  readonly attestation?: HalAttestation | undefined
  /** Whether the storage is encrypted with a key that the host does not have; false by default. */
  readonly securesStorage?: boolean
  /** Whether guests can decrypt what the Rust proplet encrypted. */
  readonly legacyDecrypt: boolean
}
