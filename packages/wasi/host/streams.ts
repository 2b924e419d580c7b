import type { Readiness } from './waiting.js'

/** The source of a byte stream. HostError: the stream has failed and is closed. */
export type StreamSource = Readiness & {
  /** Up to `length` (at least 1) bytes, without waiting: empty if there are none yet; undefined at the end. */
  read(length: number): Uint8Array | undefined
  close(): void
}

/** The destination of a byte stream. HostError: the stream has failed and is closed. */
export type StreamSink = Readiness & {
  /**
   * How many bytes `write` accepts now; 0 before it is ready; undefined if it accepts no more. Only a write or a flush of the
   * same stream reduces it.
   */
  room(): number | undefined
  /** Accepts up to `room()` bytes, without waiting. They are valid only during the call. */
  write(bytes: Uint8Array): void
  /** Begins to pass on what was written. Until that is done, there is no room. */
  flush(): void
  close(): void
}
