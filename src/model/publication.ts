/** A message to publish under `m/{domain}/c/{channel}/`. */
export type Publication = {
  /** The topic below the channel, such as `control/proplet/results`: no leading slash, space, `+` or `#`. */
  readonly subtopic: string
  /** A JSON object. */
  readonly payload: object
  /**
   * What happens while the link is down: `all` are kept, in order, until delivered; of `latest` only the newest of
   * the subtopic is.
   */
  readonly keep: 'all' | 'latest'
}
