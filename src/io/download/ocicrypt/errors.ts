/**
 * Why an encrypted image could not be opened. The message may be shown to the Manager: it contains neither keys nor
 * plain text.
 */
export class SealError extends Error {
  override readonly name = 'SealError'
  readonly code = 'sealed'

  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options)
  }
}

/** The layer was decrypted, but contains no binary; another layer of the image may. */
export class NoBinaryError extends SealError {}
