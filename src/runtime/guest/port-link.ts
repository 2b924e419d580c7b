import type { MessagePort } from 'node:worker_threads'
import type { Link } from './link.js'
import type { FromGuest, StreamName, ToGuest } from './protocol.js'

/** What a thread is started with: one 32-bit counter of output bytes that the daemon has not taken yet. */
export type ThreadData = { readonly inFlight: Int32Array }

export type ThreadMessage = { readonly message: ToGuest; readonly body: Uint8Array<ArrayBuffer> }

export type FromThread =
  | { readonly type: 'output'; readonly stream: StreamName; readonly data: Uint8Array<ArrayBuffer> }
  | { readonly type: 'message'; readonly message: FromGuest }

/** As much as a socket of a child process would hold. */
const MAX_IN_FLIGHT_BYTES = 256 * 1024
const PIECE_BYTES = 64 * 1024

/** The way to the daemon of a thread. Output waits while too much of it is under way, as a full pipe would make it. */
export function createPortLink(port: MessagePort, inFlight: Int32Array): Link {
  const post = (message: FromThread, transfer: ArrayBuffer[]) => port.postMessage(message, transfer)
  return {
    send: (message) => post({ type: 'message', message }, []),
    write: (stream, bytes) => {
      for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
        const data = Uint8Array.from(bytes.subarray(start, start + PIECE_BYTES))
        waitForRoom(inFlight)
        Atomics.add(inFlight, 0, data.length)
        post({ type: 'output', stream, data }, [data.buffer])
      }
    },
  }
}

function waitForRoom(inFlight: Int32Array): void {
  for (;;) {
    const bytes = Atomics.load(inFlight, 0)
    if (bytes < MAX_IN_FLIGHT_BYTES) return
    Atomics.wait(inFlight, 0, bytes)
  }
}

/** The daemon's side of the same counter. */
export function giveRoom(inFlight: Int32Array, bytes: number): void {
  Atomics.sub(inFlight, 0, bytes)
  Atomics.notify(inFlight, 0)
}

export function isThreadData(value: unknown): value is ThreadData {
  return (
    typeof value === 'object' && value !== null && 'inFlight' in value && value.inFlight instanceof Int32Array
  )
}

/** Sent by the daemon, which is trusted: told apart from other things only. */
export function isThreadMessage(value: unknown): value is ThreadMessage {
  return typeof value === 'object' && value !== null && 'message' in value
}
