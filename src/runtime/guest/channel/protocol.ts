import type { FailureCode } from '../../../model/outcome.js'
import type { HalAnswer, HalGrant, HalMessage } from '../../hal/calls.js'
import type { Preopen } from '@proplet/wasi/preview1.js'

/** Messages of the daemon to a guest, a child process or thread that runs one task at a time. */
export type ToGuest = BootMessage | RunMessage | ToServingGuest

/** The first message, valid for every task of this guest. It is answered by `ready`. */
export type BootMessage = {
  readonly type: 'boot'
  readonly preopens: readonly Preopen[]
  /** Bytes of linear memory. */
  readonly memoryMaxBytes: number
  /** Elements of one table. */
  readonly tableMaxElements: number
  /** There is only one task, which is already waiting: skip the warm-up. */
  readonly isOnce?: boolean
  /** URL of jco's transpiler, if jco is the component engine. */
  readonly transpiler?: string | undefined
  /** Undefined if the hardware abstraction layer is off. */
  readonly hal?: HalGrant
}

/** One task, answered by `done`. The next is sent after `done`, or after `ready` if `done` announced that. */
export type RunMessage = {
  readonly type: 'run'
  readonly name: string
  /** The first argument that a program sees; by default `name`. */
  readonly program?: string
  /** Nothing else is run when `name` is not exported. */
  readonly isExact?: boolean
  readonly inputs: readonly string[]
  readonly cliArgs: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Variables too long for JSON; they precede the module in the body, in this order. */
  readonly longEnv?: readonly LongVariable[]
  readonly module: ModuleSource
  /** Whether the guest keeps the module once `started` was sent. */
  readonly keep: boolean
  /** Digests of modules to drop first. */
  readonly evict: readonly string[]
  /** Bytes of stdout and of stderr, each; null: without limit. */
  readonly outputMaxBytes: number | null
  /** The guest inherits the standard streams, including which of them are terminals. */
  readonly console?: { readonly stdin: boolean }
  /** The module is compiled and kept; nothing is called. */
  readonly compileOnly?: true
}

/** `bytes` is the length of the value in UTF-8. */
export type LongVariable = { readonly name: string; readonly bytes: number }

/** `body`: the bytes are in the message. `kept`: the guest already has the module. */
export type ModuleSource =
  | { readonly digest: string; readonly from: 'kept' }
  | { readonly digest: string; readonly from: 'body' }
  | { readonly digest: string; readonly from: 'file'; readonly path: string }

/** Messages between `serving` and the `done` that answers `leave`, and while a guest waits for something. */
export type ToServingGuest =
  | RequestMessage
  | GivenMessage
  | HalAnswer
  /** The answer to `late`: the connections that no longer belong to the guest. */
  | { readonly type: 'taken-back'; readonly connections: readonly number[] }
  | { readonly type: 'leave' }

/** Messages to a guest that takes connections, on the channel of the connections: it receives them without waiting. */
export type ToConnections =
  | RequestMessage
  | { readonly type: 'leave' }
  | ConnectionMessage
  /** Asks the guest to return up to `count` connections that have no request. */
  | { readonly type: 'share'; readonly count: number }

/** Accompanies the handle of a client's connection. */
export type ConnectionMessage = {
  readonly type: 'connection'
  /** The number of the connection, from 1 on. */
  readonly connection: number
  /** Maximum body of a request and of a response; null for no limit. */
  readonly bodyMaxBytes: number | null
  /** Time in which a whole request must arrive; 0 for no limit. */
  readonly requestTimeoutMs: number
}

/** A field of an HTTP message; the value is Latin-1 text, one character per byte. */
export type HttpField = readonly [name: string, value: string]

/** One HTTP request, for a fresh instance; `answered` ends it. The next is sent after that. */
export type RequestMessage = {
  readonly type: 'request'
  readonly method: string
  readonly scheme: string
  readonly authority: string | undefined
  readonly path: string
  readonly headers: readonly HttpField[]
  /** Whether there is a body, available through `want`. */
  readonly hasBody: boolean
}

/**
 * The answer to a `want`. Of a body: `some` with bytes, `end` with the trailers. Of room: `some`. Of an answer:
 * `some` with the answer. `none`: nothing arrived in time. `broken`: nothing will arrive; with the error, if there
 * is one.
 */
export type GivenMessage = {
  readonly type: 'given'
  /** The number of the `want`. */
  readonly ask?: number
  readonly state: 'some' | 'none' | 'end' | 'broken'
  readonly trailers?: readonly HttpField[]
  readonly answer?: Answer
  /** The sender of a datagram. */
  readonly from?: SocketAddress
  readonly error?: NetworkError
}

/** The result of an `open`. */
export type Answer =
  | { readonly kind: 'response'; readonly status: number; readonly headers: readonly HttpField[] }
  | { readonly kind: 'addresses'; readonly addresses: readonly string[] }
  | { readonly kind: 'socket'; readonly local: SocketAddress; readonly remote?: SocketAddress }

/** An IP address as text. */
export type SocketAddress = { readonly address: string; readonly port: number }

/** The error code of the interface that was used. */
export type NetworkError = { readonly tag: string; readonly val?: unknown }

/** A request for the network, which only the daemon has. */
export type NetworkRequest =
  | HttpRequest
  | { readonly kind: 'lookup'; readonly name: string }
  /** TCP: an address for a later `connect` or `listen`. */
  | { readonly kind: 'bind'; readonly local: SocketAddress }
  /** Binds the socket to `local`, or uses up the address `bound`. */
  | {
      readonly kind: 'connect'
      readonly remote: SocketAddress
      readonly local: SocketAddress | null
      readonly bound?: Handle
      /** Uses TLS with a server of this name or address. */
      readonly tlsName?: string
    }
  | { readonly kind: 'listen'; readonly local: SocketAddress; readonly backlog?: number }
  /** Listens on a bound address, which is used up. */
  | { readonly kind: 'listen-bound'; readonly bound: Handle }
  /** The next connection of a listener. */
  | { readonly kind: 'accept'; readonly listener: Handle }
  /** UDP. */
  | {
      readonly kind: 'datagrams'
      readonly local: SocketAddress
      /** The peer of all datagrams. */
      readonly peer?: SocketAddress
    }

export type HttpRequest = {
  readonly kind: 'http'
  readonly method: string
  readonly scheme: string
  readonly authority: string
  readonly path: string
  readonly headers: readonly HttpField[]
  /** Milliseconds; null for no limit. */
  readonly connectMs: number | null
  readonly firstByteMs: number | null
  readonly betweenBytesMs: number | null
}

/**
 * Identifies the byte stream of a message: 0 is the request that is being answered, others are those
 * that the guest opened, under numbers of its own.
 */
export type Handle = number

/** Bytes of one outgoing body in flight; more need a `want` of room. */
export const WINDOW_BYTES = 256 * 1024

/** Bytes of one `body` message at most. */
export const BODY_PIECE_BYTES = 64 * 1024

export type StreamName = 'stdout' | 'stderr'

export type ReadyMessage = { readonly type: 'ready'; readonly threadId?: number }

/** Messages of a guest. A compromised child may send anything, so the daemon validates them. */
export type FromGuest =
  /** A thread reports its kernel ID. */
  | ReadyMessage
  | { readonly type: 'started'; readonly compileMs: number }
  | { readonly type: 'warning'; readonly message: string }
  | FromServingGuest
  | HalMessage
  /** A piece of a long result, which the `text` of its end continues. */
  | { readonly type: 'result'; readonly bytes: Uint8Array }
  | {
      readonly type: 'done'
      readonly end: GuestEnd
      /** Bytes written to each stream since the task began; some may still be in flight. */
      readonly stdoutBytes: number
      readonly stderrBytes: number
      /** The guest cleans up and sends `ready` before it accepts another task. */
      readonly thenReady: boolean
    }

export type FromServingGuest =
  /** In place of `started`: the component serves HTTP, and waits for requests. */
  | { readonly type: 'serving'; readonly compileMs: number; readonly takesConnections: boolean }
  | FromExchange
  | FromConnections
  /**
   * The request has ended and its instance is gone. `connection`: the handed connection of the request; 0 or undefined if the
   * daemon has it. Not sent for a request of a handed connection that was quick, succeeded and caused no other message.
   * `problem`: what was wrong with the response.
   */
  | {
      readonly type: 'answered'
      readonly end: GuestEnd
      readonly connection?: number
      readonly problem?: string
    }

/** Messages about connections that were handed to the guest. */
export type FromConnections =
  /**
   * Sent before a request, at most every 50 ms, so that the daemon polls the status of the guest. Contains the number of requests
   * answered since the last such message, and how long they took in all.
   */
  | { readonly type: 'active'; readonly requests: number; readonly workedMs: number }
  /**
   * A request of this connection, or of the daemon if it is 0, is being answered, until `answered`. Precedes all other messages
   * about the request. Meanwhile, the guest reads from no connection.
   */
  | { readonly type: 'begun'; readonly connection: number }
  /** Asks, after a long request, which connections were taken back meanwhile. The guest reads nothing before the answer. */
  | { readonly type: 'late' }
  | { readonly type: 'closed'; readonly connection: number }
  /** Bytes that were read from a connection; sent before `returned`. */
  | { readonly type: 'consumed'; readonly connection: number; readonly bytes: Uint8Array }
  /** Only the daemon has the connection now; with `isLast`, it closes the connection once everything is sent. */
  | { readonly type: 'returned'; readonly connection: number; readonly isLast: boolean }

/** Messages about byte streams. */
export type FromExchange =
  | { readonly type: 'open'; readonly handle: Handle; readonly request: NetworkRequest }
  /** The guest no longer needs it. */
  | { readonly type: 'close'; readonly handle: Handle }
  /** The guest waits for incoming bytes, for room for outgoing ones, or for the outcome of an `open`. */
  | {
      readonly type: 'want'
      readonly handle: Handle
      readonly of: 'body' | 'room' | 'answer'
      /** Milliseconds; 0 for what is available now; null to wait without limit. */
      readonly waitMs: number | null
      /** Set for an asynchronous question; the answer repeats it. Undefined if the guest blocks. */
      readonly ask?: number
    }
  | { readonly type: 'body'; readonly handle: Handle; readonly bytes: Uint8Array }
  | {
      readonly type: 'datagram'
      readonly handle: Handle
      readonly to: SocketAddress
      readonly bytes: Uint8Array
    }
  /** UDP: only this peer, or null for all of them. The answer to a `want` reports the outcome. */
  | { readonly type: 'associate'; readonly handle: Handle; readonly to: SocketAddress | null }
  /** The outgoing message is complete; `abandon`: it never will be. */
  | { readonly type: 'finish'; readonly handle: Handle; readonly trailers: readonly HttpField[] }
  | { readonly type: 'abandon'; readonly handle: Handle }
  /** The head of a response. */
  | { readonly type: 'head'; readonly status: number; readonly headers: readonly HttpField[] }
  /** In place of a head: an error code of wasi:http. */
  | { readonly type: 'refuse'; readonly code: string }

/** `printed`: the result is what stdout holds. */
export type GuestEnd =
  | { readonly kind: 'returned'; readonly text: string }
  | { readonly kind: 'printed' }
  | { readonly kind: 'failed'; readonly code: FailureCode; readonly error: string }
