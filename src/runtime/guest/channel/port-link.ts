import { receiveMessageOnPort, type MessagePort } from 'node:worker_threads'
import { Asks } from './asks.js'
import type { Incoming, Link } from './link.js'
import type { FromGuest, StreamName } from './protocol.js'

/** The start data of a thread: two 32-bit counters. */
export type ThreadData = {
  /** Output bytes that the daemon has not received yet. */
  readonly inFlight: Int32Array
  /** Messages that the daemon has sent. */
  readonly sent: Int32Array
}

export type FromThread =
  | { readonly type: 'output'; readonly stream: StreamName; readonly data: Uint8Array<ArrayBuffer> }
  | { readonly type: 'message'; readonly message: FromGuest }

export type PortLink = Link & {
  /** Passes an answer that the guest did not block for to its caller; false if the message is something else. */
  settle(incoming: Incoming): boolean
}

/** As much as the socket of a child process would buffer. */
const MAX_IN_FLIGHT_BYTES = 256 * 1024
const PIECE_BYTES = 64 * 1024

/** A thread's channel to the daemon. Output blocks while too much is in flight, like with a full pipe. */
export function createPortLink(port: MessagePort, { inFlight, sent }: ThreadData): PortLink {
  const asks = new Asks()
  const settle = ({ message, body }: Incoming): boolean => {
    if (message.type !== 'given' || message.ask === undefined) return false
    asks.settle(message, body)
    return true
  }
  const post = (message: FromThread, transfer: ArrayBuffer[]) => port.postMessage(message, transfer)
  const send = (message: FromGuest) => post({ type: 'message', message: withOwnBytes(message) }, [])
  return {
    send,
    queue: send,
    flush: () => {
      // Nothing waits.
    },
    receive: () => takeMessage(port, sent, (late) => void setImmediate(() => settle(late))),
    ask: (want, answer) => {
      const ask = asks.add(answer)
      send({ type: 'want', ...want, waitMs: null, ask })
      return () => asks.remove(ask)
    },
    settle,
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

/** Copies views of a guest's memory, which would otherwise transfer the whole memory. */
const withOwnBytes = (message: FromGuest): FromGuest =>
  'bytes' in message ? { ...message, bytes: Uint8Array.from(message.bytes) } : message

/** The counter is read before the port: a message that arrives in between has changed it. */
function takeMessage(port: MessagePort, sent: Int32Array, answered: (message: Incoming) => void): Incoming {
  for (;;) {
    const count = Atomics.load(sent, 0)
    const data: unknown = receiveMessageOnPort(port)?.message
    if (isThreadMessage(data)) {
      if (data.message.type !== 'given' || data.message.ask === undefined) return data
      answered(data)
      continue
    }
    Atomics.wait(sent, 0, count)
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

/** The daemon's side of the other counter, after it sent a message. */
export function announceMessage(sent: Int32Array): void {
  Atomics.add(sent, 0, 1)
  Atomics.notify(sent, 0)
}

export function isThreadData(value: unknown): value is ThreadData {
  if (typeof value !== 'object' || value === null || !('inFlight' in value) || !('sent' in value))
    return false
  return value.inFlight instanceof Int32Array && value.sent instanceof Int32Array
}

/** Sent by the trusted daemon: only discriminated, not validated. */
export function isThreadMessage(value: unknown): value is Incoming {
  return typeof value === 'object' && value !== null && 'message' in value
}
