import type { FromGuest, StreamName, ToGuest } from './protocol.js'

/** A guest's side of the way to the daemon. Everything on it is synchronous, as a running guest has no event loop. */
export type Link = {
  send(message: FromGuest): void
  /** Blocks while the daemon does not take it. The bytes may be reused afterwards. */
  write(stream: StreamName, bytes: Uint8Array): void
  /** Of the whole guest, in bytes; null where it has no process of its own. */
  residentBytes(): number | null
}

export type MessageHandler = (message: ToGuest, body: Uint8Array<ArrayBuffer>) => void
