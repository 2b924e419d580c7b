import type { Packet } from '../../model/connection.js'

/**
 * Remembers messages and publications beyond the process. What `forget`, `sent` and `released` record is on disk once `flush` has
 * returned.
 */
export type LinkJournal = {
  /** Packets of an earlier process that the broker may redeliver. */
  readonly packets: readonly Packet[]
  /** The broker will not send a packet again. */
  readonly forget: (id: number) => void
  /** The broker has lost the session, so it will not send any of them again. */
  readonly loseSession: () => void
  /**
   * Resolves when the messages delivered so far may be acknowledged, because they would survive a power failure; never rejects.
   * Undefined if they may be acknowledged already.
   */
  readonly durable: () => Promise<void> | undefined
  /** Called before anything is written to the broker. */
  readonly flush: () => void
  /** How an earlier process sent a publication, if it did. */
  readonly flight: (
    sequence: number,
  ) => { readonly messageId: number; readonly isReleased: boolean } | undefined
  /** A publication is about to be sent with that packet ID. */
  readonly sent: (sequence: number, messageId: number) => void
  /** The broker has received it, and its packet ID is about to be released (QoS 2). */
  readonly released: (sequence: number) => void
}
