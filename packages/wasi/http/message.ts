import type { StreamSink, StreamSource } from '../host/streams.js'
import type { Notifier, Readiness } from '../host/waiting.js'

/** A field, in the order sent; the value is Latin-1 text, one character per byte. */
export type FieldEntry = readonly [name: string, value: string]

/** `error-code` of wasi:http/types. */
export type HttpErrorCode = { readonly tag: string; readonly val?: unknown }

/** The body of an incoming message. */
export type BodySource = StreamSource &
  Notifier & {
    /**
     * The trailers, and when they are ready: after the end; undefined if there are none. HttpFailure: the message was cut off.
     */
    readonly trailers: Readiness & { get(): readonly FieldEntry[] | undefined }
  }

/** The body of an outgoing message. */
export type BodySink = StreamSink &
  Notifier & {
    /** Completes the message. */
    finish(trailers: readonly FieldEntry[]): void
    /** Cuts the message off. */
    abandon(): void
  }

export type RequestHead = {
  readonly method: string
  readonly scheme: string | undefined
  readonly authority: string | undefined
  readonly pathWithQuery: string | undefined
  readonly headers: readonly FieldEntry[]
}

export type ResponseHead = { readonly status: number; readonly headers: readonly FieldEntry[] }

/** The destination of the response to an incoming request. */
export type Responder = {
  /** Called once: sends the head, and returns the sink of the body. */
  respond(head: ResponseHead): BodySink
  /** Called once, instead of `respond`: the guest returned an error code with this tag. */
  fail(code: string): void
}

/** Timeouts of a request in nanoseconds; undefined for none. */
export type RequestTimes = {
  readonly connect: bigint | undefined
  readonly firstByte: bigint | undefined
  readonly betweenBytes: bigint | undefined
}

/** The response to an outgoing request. */
export type FutureResponse = Readiness &
  Notifier & {
    /** Called once, when it is ready. Throws HttpFailure if there is no response. */
    get(): { readonly head: ResponseHead; readonly body: BodySource }
    close(): void
  }

/** Sends the requests of a guest. */
export type Outgoing = {
  send(head: RequestHead, times: RequestTimes): { readonly body: BodySink; readonly response: FutureResponse }
}

/** A message that failed in transit, with the error code for the guest. */
export class HttpFailure extends Error {
  override readonly name = 'HttpFailure'
  readonly code: HttpErrorCode

  constructor(code: HttpErrorCode, message: string = code.tag) {
    super(message)
    this.code = code
  }
}
