/** Why an encrypted image could not be opened. The message is fit for the Manager: it holds no key and no plain text. */
export class SealError extends Error {
  override readonly name = 'SealError'
  readonly code = 'sealed'

  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options)
  }
}

/** A layer that opened, and holds no binary: another one of its image may. */
export class NoBinaryError extends SealError {}
