import type { Packet } from 'mqtt'
import type { Entry } from './delivery.js'
import type { Qos } from './options.js'

/** `isFinal`: it is not to be sent again. */
export type Refusal = { readonly reason: string; readonly isFinal: boolean }

/** A publication of QoS 1 or 2 that was handed to the client, until it is settled. */
export type Flight = {
  readonly entry: Entry
  /** `released`: the broker has it, and is to forget its id (QoS 2). */
  state: 'published' | 'released'
  /** When it was last sent on this connection, on the clock of `performance.now()`. */
  sentAt: number | undefined
  /** When it was sent, or an answer came to one sent before it, whichever was later: until then it was queued. */
  awaitedSince: number | undefined
  strikes: number
  /** What the broker has refused it for on this connection (MQTT 5). */
  refusal: Refusal | undefined
}

/** `sentAt`: on the clock of `performance.now()`; undefined: not on this connection. */
export const newFlight = (entry: Entry, state: Flight['state'], sentAt?: number): Flight => ({
  entry,
  state,
  sentAt,
  awaitedSince: sentAt,
  strikes: 0,
  refusal: undefined,
})

/** The packet to send for it: to publish it, or, once the broker has it, to release its id. */
export const packetOfFlight = (
  messageId: number,
  { entry: { topic, payload }, state }: Flight,
  { qos, dup }: { readonly qos: Qos; readonly dup: boolean },
): Packet =>
  state === 'released'
    ? { cmd: 'pubrel', messageId }
    : // What is in flight is to be acknowledged, whatever is granted now.
      { cmd: 'publish', topic, payload, qos: qos === 2 ? 2 : 1, retain: false, dup, messageId }
