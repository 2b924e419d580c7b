import type { Entry } from './delivery.js'
import type { MqttOptions } from './options.js'
import type { Outbox } from './outbox.js'
import type { Session } from './session.js'

export type Ended = {
  readonly type: 'ended'
  readonly reason: string
  /** Ended from outside, not by a decision of the client. */
  readonly byPeer: boolean
  /** Ended by `disconnect`. */
  readonly requested: boolean
  /** The broker rejects the credentials. */
  readonly unauthorized: boolean
  /** How long the connection was up, in milliseconds; undefined if it never was. */
  readonly upMs: number | undefined
  /** The broker said that it has no room for a publication (MQTT 5). */
  readonly isOverQuota: boolean
  /**
   * The broker closed the connection, and its last packet was a PUBREC with this ID (MQTT 3.1.1, which has no reason codes):
   * how old the connection was, in milliseconds.
   */
  readonly receipt: { readonly id: number; readonly ageMs: number } | undefined
}

/** The connection is up: every subscription was granted, except optional ones. */
export type Up = {
  readonly type: 'up'
  readonly sessionPresent: boolean
  /** Seconds for which the broker keeps the session, if it decided so itself (MQTT 5). */
  readonly sessionExpirySeconds?: number | undefined
  /** The largest packet that the broker takes (MQTT 5); Infinity if it did not say. */
  readonly maximumPacketBytes: number
  /** The QoS granted for each subtopic. */
  readonly granted: ReadonlyMap<string, number>
  /** Optional subtopics that were not granted. */
  readonly refused: readonly string[]
  /** Sends entries of the outbox. */
  readonly pump: () => void
  /** Sends a DISCONNECT, so that the broker discards the Last Will, and closes. */
  readonly disconnect: () => void
}

export type ConnectionContext = {
  readonly options: MqttOptions
  /** Subtopics by topic. */
  readonly topics: ReadonlyMap<string, string>
  readonly session: Session
  readonly outbox: Outbox
  /** Resolves when the messages received so far may be acknowledged. */
  readonly ready: () => Promise<void> | undefined
  /** Called before each write to the broker. */
  readonly beforeWrite: () => void
  /** A publication with QoS 0 was written. */
  readonly onWritten: (entry: Entry) => void
  readonly onOversize: (subtopic: string, packetBytes: number) => void
  /** Whether a large packet is being received, called when that changes. */
  readonly onReceiving: (isReceiving: boolean) => void
}
