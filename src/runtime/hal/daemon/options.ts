import type { StorageOptions } from '../storage/task-storage.js'

export type HalAttestation = {
  /** As guests are told of it, such as `IntelTdx`. */
  readonly platform: { readonly type: string; readonly version: string }
  /** Evidence that is bound to up to 64 bytes, as JSON text. Rejects with an Error whose message guests get. */
  readonly attest: (data: Uint8Array, signal: AbortSignal) => Promise<string>
}

export type HalOptions = {
  /** Undefined: there is nowhere to store anything. */
  readonly storage?: StorageOptions | undefined
  /** Undefined: this machine is no TEE. */
  readonly attestation?: HalAttestation | undefined
  /** Whether the storage is encrypted with a key that the host can't have; by default it is not. */
  readonly securesStorage?: boolean
  /** What the Rust proplet encrypted is opened. */
  readonly opensLegacy: boolean
}
