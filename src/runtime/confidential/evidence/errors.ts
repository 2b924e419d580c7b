/** Why this machine could not prove what it is. The message says what to do; it holds nothing of the evidence. */
export class EvidenceError extends Error {
  override readonly name = 'EvidenceError'
  readonly code = 'evidence'

  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options)
  }
}
