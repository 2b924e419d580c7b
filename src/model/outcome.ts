/**
 * Why a task failed. Stable, so logs and metrics can rely on it.
 *
 * @example
 * ```ts
 * const RETRIED: readonly FailureCode[] = ['overloaded', 'interrupted']
 * ```
 */
export type FailureCode =
  | 'rejected' // the command was refused before anything ran
  | 'overloaded' // the queue is full
  | 'binary' // it could not be fetched, decoded or compiled
  | 'call' // no such export, or arguments that do not fit
  | 'trap' // the guest trapped
  | 'exit' // the guest exited with a status other than 0
  | 'timeout'
  | 'memory'
  | 'output'
  | 'unsupported'
  | 'shutdown' // the proplet was stopped first
  | 'interrupted' // the proplet was killed while it ran, or the power went
  | 'runtime' // the proplet itself failed

/**
 * How a task ended. `results` goes to the Manager; for a failed or stopped task it is what stdout held.
 *
 * @example
 * ```ts
 * const outcome: Outcome = { kind: 'failed', code: 'trap', error: 'unreachable', results: '' }
 * ```
 */
export type Outcome =
  | { readonly kind: 'completed'; readonly results: string }
  | { readonly kind: 'failed'; readonly code: FailureCode; readonly error: string; readonly results: string }
  | { readonly kind: 'stopped'; readonly results: string }
