/**
 * A change of the link to the broker. `up` means connected with every subscription granted.
 *
 * @example
 * ```ts
 * const isUp$ = connection$.pipe(map(({ state }: Connection) => state === 'up'))
 * ```
 */
export type Connection =
  | {
      readonly state: 'up'
      readonly sessionPresent: boolean
      /** Publications use a lower QoS than configured, because the broker accepts no more. */
      readonly lowered?: { readonly asked: number; readonly used: number }
      /** The largest packet that the broker accepts, in bytes, if that is less than we may send. */
      readonly maximumPacketBytes?: number
    }
  | { readonly state: 'down'; readonly reason: string }

/**
 * What the broker is sending: nothing, messages of which others may wait behind, or a large message that is not complete.
 *
 * @example
 * ```ts
 * const isIdle$ = inflow$.pipe(map((inflow: Inflow) => inflow === 'none'))
 * ```
 */
export type Inflow = 'none' | 'messages' | 'large'

/** A message as the broker delivered it; `subtopic` is the topic below the channel. */
export type InboundMessage = {
  readonly subtopic: string
  readonly payload: Uint8Array
  /** Identifies a redelivery; absent if the broker does not redeliver it. */
  readonly packet?: Packet | undefined
  /** Its sequence number, once it is in the journal. */
  readonly sequence?: number | undefined
}

/** How a QoS 1 or 2 message arrived. */
export type Packet = {
  readonly qos: 1 | 2
  /** Reused for later messages. */
  readonly id: number
  /** Of the payload. */
  readonly bytes: number
  /** CRC-32 of topic and payload. */
  readonly checksum: number
}
