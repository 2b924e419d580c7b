import type { StorageOptions } from '../storage/task-storage.js'

/** Makes evidence that is bound to up to 64 bytes; the object that guests get as JSON. Rejects with an Error for them. */
export type HalAttestation = {
  readonly platform: { readonly type: 'AmdSev' | 'IntelTdx' | 'IntelSgx'; readonly version: string }
  readonly attest: (data: Uint8Array, signal: AbortSignal) => Promise<object>
}

export type HalOptions = {
  /** Undefined: there is nowhere to store anything. */
  readonly storage?: StorageOptions | undefined
  /** Undefined: this machine is no TEE. */
  readonly attestation?: HalAttestation | undefined
  /** What the Rust proplet encrypted is opened. */
  readonly opensLegacy: boolean
}
