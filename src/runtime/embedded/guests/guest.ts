import type { FromGuest, StreamName, ToGuest } from '../../guest/channel/protocol.js'
import type { ConnectionChannel } from './connection-channel.js'
import type { Counters, Figures } from '../../../model/figures.js'

/** A child process or a thread that runs guests, seen from the daemon. */
export interface Guest {
  /** Undefined for a thread. */
  readonly pid: number | undefined
  /** What it used since it was started, by all of its tasks; undefined when it is gone or the host can't tell. */
  counters(): Counters | undefined
  /** The same, and what it holds. */
  figures(): Figures | undefined
  /** Of a process; undefined for a thread, and when it is gone. */
  residentBytes(): number | undefined
  /** Who hears what it says from now on. */
  listen(listener: GuestListener): void
  post(message: ToGuest, body?: Uint8Array): void
  /** Bytes posted that it has not read yet, as far as we know. */
  unreadBytes?(): number
  /** By which it can be handed connections; undefined: it can't. */
  readonly connections?: ConnectionChannel | undefined
  /** Lets its output wait where it is, or go on; ending it lets the rest through. */
  holdOutput(held: boolean): void
  /** Ends it at once, whatever it does. `closed` follows, after the rest of its output. */
  kill(): void
}

export type GuestListener = {
  message(message: FromGuest): void
  output(stream: StreamName, data: Uint8Array): void
  /** Once, and nothing after it. */
  closed(death: Death): void
}

/** How a guest ended on its own, as a clause after "the child". */
export type Death = { readonly how: string; readonly signal: string | undefined }

export type StartGuest = () => Guest

/** For a time in which whatever a guest says does not matter any more. */
export const DEAF: GuestListener = { message: () => {}, output: () => {}, closed: () => {} }
