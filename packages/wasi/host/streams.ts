import type { Readiness } from './waiting.js'

/** Where a stream of bytes comes from. HostError: the stream has failed, and is closed. */
export type StreamSource = Readiness & {
  /** Up to `length` (1 or more) bytes, without waiting: none, when there are none yet; undefined at the end. */
  read(length: number): Uint8Array | undefined
  close(): void
}

/** Where a stream of bytes goes. HostError: the stream has failed, and is closed. */
export type StreamSink = Readiness & {
  /**
   * How many bytes `write` takes now; 0: none before it is ready; undefined: none any more. Only a write or a flush of
   * the same stream makes it less.
   */
  room(): number | undefined
  /** Takes all of up to `room()` bytes, without waiting. They are only valid during the call. */
  write(bytes: Uint8Array): void
  /** Begins to pass on what was written. While that lasts there is no room. */
  flush(): void
  close(): void
}
