import type { Given, Want } from './given.js'
import type { FromGuest, StreamName, ToGuest } from './protocol.js'

/** A guest's end of the pipe to the daemon. Everything is synchronous, because a running guest has no event loop. */
export type Link = {
  send(message: FromGuest): void
  /** Sends it together with the next message, at the latest at the next `flush`, `send` or `receive`. */
  queue(message: FromGuest): void
  flush(): void
  /** Blocks until the next message; allowed only during a task, when the daemon sends more. */
  receive(): Incoming
  /**
   * Asks without blocking; the answer arrives in a later turn of the event loop, unless the returned function cancels
   * it.
   */
  ask(want: Want, answer: (given: Given) => void): () => void
  /** Blocks until the daemon accepts it. The bytes may be reused afterwards. */
  write(stream: StreamName, bytes: Uint8Array): void
}

export type Incoming = { readonly message: ToGuest; readonly body: Uint8Array<ArrayBuffer> }

/** Returns a promise if the answer takes time. */
export type MessageHandler = (message: ToGuest, body: Uint8Array<ArrayBuffer>) => undefined | Promise<void>
