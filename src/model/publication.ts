/**
 * A message to publish under `m/{domain}/c/{channel}/`.
 *
 * @example
 * ```ts
 * const publication: Publication = {
 *   subtopic: 'telemetry/temperature',
 *   payload: { celsius: 41.5 },
 *   keep: 'latest',
 * }
 * ```
 */
export type Publication = {
  /** The topic below the channel, such as `control/proplet/results`: no leading slash, space, `+` or `#`. */
  readonly subtopic: string
  /** A JSON object. */
  readonly payload: object
  /**
   * What happens while the link is down: `all` are kept, in order, until delivered; of `latest` only the newest of
   * the subtopic is, or of the subtopic and the key; of those with a key, the oldest beyond 1000 are dropped. `latest`
   * are sent with QoS 0 once the broker has acknowledged something.
   */
  readonly keep: 'all' | 'latest'
  /** Separates publications of one subtopic that must not replace each other, such as by task. Not sent. */
  readonly key?: string
  /** The sequence number of its record in the journal. Not sent. */
  readonly sequence?: number
  /** The encoded payload, if it has already been encoded. */
  readonly encoded?: Uint8Array
}
