import type { StreamSink, StreamSource } from '../host/streams.js'
import type { Notifier, Readiness } from '../host/waiting.js'

/** A field in the order sent; the value is latin1 text, one character a byte. */
export type FieldEntry = readonly [name: string, value: string]

/** `error-code` of wasi:http/types. */
export type HttpErrorCode = { readonly tag: string; readonly val?: unknown }

/** The body of a message that comes in. */
export type BodySource = StreamSource &
  Notifier & {
    /** Readiness of, and the trailers after the end; undefined: none came. HttpFailure: the message broke off. */
    readonly trailers: Readiness & { get(): readonly FieldEntry[] | undefined }
  }

/** The body of a message that goes out. */
export type BodySink = StreamSink &
  Notifier & {
    /** The message is complete. */
    finish(trailers: readonly FieldEntry[]): void
    /** It is not, and never will be. */
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

/** Where the answer to an incoming request goes. */
export type Responder = {
  /** Once: sends the head; the body is written to what it returns. */
  respond(head: ResponseHead): BodySink
  /** Once, instead: the guest answered with an error code, of this tag. */
  fail(code: string): void
}

/** Timeout of a request in nanoseconds; undefined for none. */
export type RequestTimes = {
  readonly connect: bigint | undefined
  readonly firstByte: bigint | undefined
  readonly betweenBytes: bigint | undefined
}

/** The answer to a request that was sent. */
export type FutureResponse = Readiness &
  Notifier & {
    /** Once it is ready, and once. HttpFailure: there will be none. */
    get(): { readonly head: ResponseHead; readonly body: BodySource }
    close(): void
  }

/** The way out. */
export type Outgoing = {
  send(head: RequestHead, times: RequestTimes): { readonly body: BodySink; readonly response: FutureResponse }
}

/** A message that failed on its way, for the reason that the guest is given. */
export class HttpFailure extends Error {
  override readonly name = 'HttpFailure'
  readonly code: HttpErrorCode

  constructor(code: HttpErrorCode, message: string = code.tag) {
    super(message)
    this.code = code
  }
}
