import { map, type OperatorFunction } from 'rxjs'
import type { Decoded, Received } from '../../model/command.js'
import type { InboundMessage } from '../../model/connection.js'

export type DecodeDeps = {
  /** Total: turns every message into a value, never throws. */
  readonly decoder: (message: InboundMessage) => Decoded
  readonly clock: { now(): number }
}

/** A value beside the message that it was decoded from. */
export type Arrived<T> = Received<T> & { readonly message: InboundMessage }

/** Messages into commands, chunks and rejections, stamped with the time they were taken in. */
export const decode = ({ decoder, clock }: DecodeDeps): OperatorFunction<InboundMessage, Arrived<Decoded>> =>
  map((message) => ({ ...decoder(message), receivedAt: clock.now(), message }))
