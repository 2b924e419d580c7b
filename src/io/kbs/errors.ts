/** Why a Key Broker Service gave no key; stable, for tests and metrics. */
export type KbsReason =
  | 'unreachable'
  | 'version'
  | 'evidence-refused'
  | 'policy'
  | 'missing'
  | 'session'
  | 'key-kind'
  | 'malformed'
  | 'refused'

/** A key that did not come. The message names the service and what to look at; it holds no key, token or evidence. */
export class KbsError extends Error {
  override readonly name = 'KbsError'
  readonly code = 'kbs'
  readonly reason: KbsReason
  /** Whether the same request may succeed a little later. */
  readonly transient: boolean

  constructor(reason: KbsReason, message: string, options: { transient?: boolean; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.reason = reason
    this.transient = options.transient ?? false
  }
}
