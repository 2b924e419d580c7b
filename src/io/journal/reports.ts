export type JournalLog = {
  readonly info: (details: object, message: string) => void
  readonly warn: (details: object, message: string) => void
  readonly error: (details: object, message: string) => void
}

export type JournalStats = {
  /** Taken in and not done with. */
  readonly commands: number
  /** Not acknowledged by the broker, and the bytes of their records. */
  readonly results: number
  readonly resultBytes: number
  /** Of its files. */
  readonly bytes: number
  /** Of what is live in them. */
  readonly liveBytes: number
  /** Writes that failed, commands that were refused for it or for want of room, and results that are in memory only, since the start. */
  readonly failures: number
  readonly refused: number
  readonly unkept: number
  /** Bytes that were damaged or torn when the journal was opened. */
  readonly damagedBytes: number
}
