/** This machine could not prove what it is. The message says what to do; it contains no evidence. */
export class EvidenceError extends Error {
  override readonly name = 'EvidenceError'
  readonly code = 'evidence'

  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options)
  }
}
