import type { Packet } from 'mqtt'
import type { Entry } from './delivery.js'
import type { Qos } from './options.js'

/** `isFinal`: it must not be sent again. */
export type Refusal = { readonly reason: string; readonly isFinal: boolean }

/** A publication of QoS 1 or 2 that was handed to the client, until it is settled. */
export type Flight = {
  readonly entry: Entry
  /** `released`: the broker has received it and should forget its ID (QoS 2). */
  state: 'published' | 'released'
  /** When it was last sent on this connection, on the clock of `performance.now()`. */
  sentAt: number | undefined
  /** When it was sent, or an answer came to one sent before it, whichever was later: until then it was queued. */
  awaitedSince: number | undefined
  strikes: number
  /** Why the broker has refused it on this connection (MQTT 5). */
  refusal: Refusal | undefined
}

/** `sentAt`: on the clock of `performance.now()`; undefined if it was not sent on this connection. */
export const newFlight = (entry: Entry, state: Flight['state'], sentAt?: number): Flight => ({
  entry,
  state,
  sentAt,
  awaitedSince: sentAt,
  strikes: 0,
  refusal: undefined,
})

/** The packet to send: a PUBLISH, or a PUBREL once the broker has received it. */
export const packetOfFlight = (
  messageId: number,
  { entry: { topic, payload }, state }: Flight,
  { qos, dup }: { readonly qos: Qos; readonly dup: boolean },
): Packet =>
  state === 'released'
    ? { cmd: 'pubrel', messageId }
    : // A publication in flight needs an acknowledgement, whatever QoS is granted now.
      { cmd: 'publish', topic, payload, qos: qos === 2 ? 2 : 1, retain: false, dup, messageId }
