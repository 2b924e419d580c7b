export type MemberOptions = {
  readonly ids: readonly string[]
  /** The port of the broker. */
  readonly port: number
  /** The directory for caches and state. */
  readonly directory: string
  /** Maximum number of guests for all proplets of the process. */
  readonly guests: number
}

/** How an attempt to connect ended, and when, in milliseconds since the epoch. */
export type MemberReport = {
  readonly id: string
  readonly at: number
  readonly type: 'up' | 'refused' | 'lost'
}
