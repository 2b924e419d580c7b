import { codeOf } from '../../model/code-of.js'

const TEXTS = {
  attestation: 'Attestation failed',
  communication: 'Communication failed',
  crypto: 'Cryptographic operation failed',
  events: 'Event handling failed',
  internal: 'Internal error',
  missing: 'Resource not found',
  network: 'Network operation failed',
  parameter: 'Invalid parameter',
  permission: 'Permission denied',
  resources: 'Resource allocation failed',
  storage: 'Storage operation failed',
  unsupported: 'Operation not supported',
} as const

export type FailureKind = keyof typeof TEXTS

/** An error of the HAL. Guests get its message: components as the error of a `result`, core modules as -1. */
export class HalFailure extends Error {
  override readonly name = 'HalFailure'
  /** The property by which the component linker recognises the error case of a `result`. */
  readonly payload: string

  constructor(message: string) {
    super(message)
    this.payload = message
  }
}

/** @example failure('missing', "Object 'k' not found").message // "Resource not found: Object 'k' not found" */
export const failure = (kind: FailureKind, detail: string): HalFailure =>
  new HalFailure(`${TEXTS[kind]}: ${detail}`)

/**
 * Turns any exception of a service into an error of the HAL, because failures of the host must not make a guest trap.
 */
export function toHalFailure(thrown: unknown): HalFailure {
  if (thrown instanceof HalFailure) return thrown
  const detail = codeOf(thrown) ?? (thrown instanceof Error ? thrown.name : 'unknown')
  return failure('internal', detail)
}
