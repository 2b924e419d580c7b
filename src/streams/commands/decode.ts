import { map, type OperatorFunction } from 'rxjs'
import type { Decoded, Received } from '../../model/command.js'
import type { InboundMessage } from '../../model/connection.js'

/**
 * The decoder of messages, and the clock that stamps them.
 *
 * @example
 * ```ts
 * const decodeDeps: DecodeDeps = { decoder, clock: asyncScheduler }
 * ```
 */
export type DecodeDeps = {
  /** Total: turns every message into a value, never throws. */
  readonly decoder: (message: InboundMessage) => Decoded
  readonly clock: { now(): number }
}

/**
 * A decoded value together with the message it came from.
 *
 * @example
 * ```ts
 * const topicOf = ({ message }: Arrived<Decoded>) => message.subtopic
 * ```
 */
export type Arrived<T> = Received<T> & { readonly message: InboundMessage }

/**
 * Decodes messages into commands, chunks and rejections, stamped with the time of receipt.
 *
 * @example
 * ```ts
 * const decoded$ = message$.pipe(decode({ decoder, clock: asyncScheduler }))
 * ```
 */
export const decode = ({ decoder, clock }: DecodeDeps): OperatorFunction<InboundMessage, Arrived<Decoded>> =>
  map((message) => ({ ...decoder(message), receivedAt: clock.now(), message }))
