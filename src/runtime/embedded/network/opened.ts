import type { FromExchange } from '../../guest/channel/protocol.js'
import type { Answer } from '../bytes/waiter.js'

/** What a guest says of something that it opened. */
export type OpenedMessage = Extract<
  FromExchange,
  { type: 'want' | 'body' | 'datagram' | 'associate' | 'finish' | 'abandon' }
>

/** Something that a guest has open on the network. */
export interface Opened {
  /** It was sent more than it asked for room for. */
  readonly isFlooded: boolean
  /** A want is answered once. */
  message(message: OpenedMessage, answer: Answer): void
  close(): void
}
