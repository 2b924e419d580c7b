export type MemberOptions = {
  readonly ids: readonly string[]
  /** Of the broker. */
  readonly port: number
  /** For caches and state. */
  readonly directory: string
  /** Guests that run at a time, for all proplets of the process. */
  readonly guests: number
}

/** What became of an attempt of a proplet to connect, and when, in milliseconds since the epoch. */
export type MemberReport = {
  readonly id: string
  readonly at: number
  readonly type: 'up' | 'refused' | 'lost'
}
