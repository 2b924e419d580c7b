/** Why a Key Broker Service released no key. Stable, so that tests and metrics can rely on it. */
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

/** No key was released. The message names the service and what to check; it contains no key, token or evidence. */
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
