import type { Given, Want } from './given.js'
import type { FromGuest, StreamName, ToGuest } from './protocol.js'

/** A guest's side of the way to the daemon. Everything on it is synchronous, as a running guest has no event loop. */
export type Link = {
  send(message: FromGuest): void
  /** Sends it together with what is sent next, at the latest at the next `flush`, `send` or `receive`. */
  queue(message: FromGuest): void
  flush(): void
  /** Waits for the next message; only while a task is performed, which the daemon knows to expect more. */
  receive(): Incoming
  /** Asks and does not wait; the answer comes in a later turn of the event loop, unless what is returned was called. */
  ask(want: Want, answer: (given: Given) => void): () => void
  /** Blocks while the daemon does not take it. The bytes may be reused afterwards. */
  write(stream: StreamName, bytes: Uint8Array): void
}

export type Incoming = { readonly message: ToGuest; readonly body: Uint8Array<ArrayBuffer> }

/** A promise: it resolves when the message is answered. */
export type MessageHandler = (message: ToGuest, body: Uint8Array<ArrayBuffer>) => undefined | Promise<void>
