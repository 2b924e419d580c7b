import type { FromExchange } from '../../guest/channel/protocol.js'
import type { Answer } from '../bytes/waiter.js'

/** What a guest sends about something that it has opened. */
export type OpenedMessage = Extract<
  FromExchange,
  { type: 'want' | 'body' | 'datagram' | 'associate' | 'finish' | 'abandon' }
>

/** Something that a guest has open on the network. */
export interface Opened {
  /** Whether the guest sent more than it had asked room for. */
  readonly isFlooded: boolean
  /** Each `want` is answered once. */
  message(message: OpenedMessage, answer: Answer): void
  close(): void
}
