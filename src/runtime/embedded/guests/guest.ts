import type { FromGuest, StreamName, ToGuest } from '../../guest/channel/protocol.js'
import type { ConnectionChannel } from './connection-channel.js'
import type { Counters, Figures } from '../../../model/figures.js'

/** A child process or a thread that runs guests, as seen by the daemon. */
export interface Guest {
  /** Undefined for a thread. */
  readonly pid: number | undefined
  /** What all of its tasks have used since it was started; undefined if it is gone or the host cannot tell. */
  counters(): Counters | undefined
  /** The same, and its current memory and files. */
  figures(): Figures | undefined
  /** The memory of its process and of its status file; undefined for a thread, and if the process is gone. */
  residentBytes(): number | undefined
  /** Sets the listener for everything that it sends from now on. */
  listen(listener: GuestListener): void
  post(message: ToGuest, body?: Uint8Array): void
  /** Bytes sent to it that it has not read yet, as far as known. */
  unreadBytes?(): number
  /** The channel for handing connections to it; undefined if it cannot take any. */
  readonly connections?: ConnectionChannel | undefined
  /** Stops reading its output, or continues; when the guest ends, the rest is read. */
  holdOutput(held: boolean): void
  /** Kills it, whatever it does. `closed` follows, after the rest of its output. */
  kill(): void
}

export type GuestListener = {
  message(message: FromGuest): void
  output(stream: StreamName, data: Uint8Array): void
  /** Called once, as the last event. */
  closed(death: Death): void
}

/** How a guest died on its own, as a clause after "the child". */
export type Death = { readonly how: string; readonly signal: string | undefined }

export type StartGuest = () => Guest

/** A listener that ignores everything. */
export const DEAF: GuestListener = { message: () => {}, output: () => {}, closed: () => {} }
