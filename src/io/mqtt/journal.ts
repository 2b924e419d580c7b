import type { Packet } from '../../model/connection.js'

/**
 * What remembers messages and publications, should the process end. What `forget`, `sent` and `released` are told is on record
 * once `flush` has returned.
 */
export type LinkJournal = {
  /** Those of an earlier process that the broker may send again. */
  readonly packets: readonly Packet[]
  /** The broker won't send a packet again. */
  readonly forget: (id: number) => void
  /** Nor any of them. */
  readonly loseSession: () => void
  /**
   * Resolves when the messages that were given on so far may be acknowledged, as they would outlive a loss of power;
   * never rejects. Undefined: they may be already.
   */
  readonly durable: () => Promise<void> | undefined
  /** Call before anything is written to the broker. */
  readonly flush: () => void
  /** How an earlier process sent a publication, if it did. */
  readonly flight: (
    sequence: number,
  ) => { readonly messageId: number; readonly isReleased: boolean } | undefined
  /** A publication is about to be sent under that packet id. */
  readonly sent: (sequence: number, messageId: number) => void
  /** The broker has it and is about to release its packet ID (QoS 2). */
  readonly released: (sequence: number) => void
}
