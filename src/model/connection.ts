/**
 * A change of the link to the broker. `up` means connected with every subscription granted.
 *
 * @example
 * ```ts
 * const isUp$ = connection$.pipe(map(({ state }: Connection) => state === 'up'))
 * ```
 */
export type Connection =
  | { readonly state: 'up'; readonly sessionPresent: boolean }
  | { readonly state: 'down'; readonly reason: string }

/** A message as the broker delivered it; `subtopic` is the topic below the channel. */
export type InboundMessage = {
  readonly subtopic: string
  readonly payload: Uint8Array
  /** What it is known by when the broker sends it again; absent: it does not. */
  readonly packet?: Packet | undefined
  /** Its number in the journal; absent: it is not there yet. */
  readonly sequence?: number | undefined
}

/** How a message of QoS 1 or 2 came. */
export type Packet = {
  readonly qos: 1 | 2
  /** Given to other messages later on. */
  readonly id: number
  /** Of the payload. */
  readonly bytes: number
  /** CRC-32 of topic and payload. */
  readonly checksum: number
}
