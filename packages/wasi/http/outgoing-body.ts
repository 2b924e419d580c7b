import type { StreamSink } from '../host/streams.js'
import { trap, WitError } from '../preview2/failure.js'
import { OutputStream } from '../preview2/output-stream.js'
import { Fields } from './fields.js'
import { declaredLength } from './length.js'
import type { BodySink, FieldEntry, HttpErrorCode } from './message.js'

/** Maximum bytes of a body that is written before its message is sent. */
const MAX_EARLY_BYTES = 64 * 1024

/** `outgoing-body` of wasi:http/types. It may be written and finished before its destination exists. */
export class OutgoingBody {
  readonly #declared: number | undefined
  readonly #tooShort: string
  #sink: BodySink | undefined
  #early: Uint8Array[] = []
  #bytes = 0
  #isTaken = false
  #end: { readonly trailers: readonly FieldEntry[] } | 'abandoned' | undefined

  /** @param kind of its message */
  static of(kind: 'request' | 'response', headers: readonly FieldEntry[]): OutgoingBody {
    return new OutgoingBody(kind, headers)
  }

  private constructor(kind: 'request' | 'response', headers: readonly FieldEntry[]) {
    this.#declared = declaredLength(headers)
    this.#tooShort = `HTTP-${kind}-body-size`
  }

  write(): OutputStream {
    if (this.#isTaken) throw new WitError(undefined, 'the stream was taken already')
    this.#isTaken = true
    return new OutputStream(this.#stream())
  }

  static finish(body: OutgoingBody, trailers: Fields | undefined): void {
    body.#finish(trailers)
  }

  /** Sets its destination: what was written so far is passed on. */
  static attach(body: OutgoingBody, sink: BodySink): void {
    body.#attach(sink)
  }

  /**
   * Completes a body that the guest neither finished nor dropped, as wasmtime does; if it is shorter than its content-length, it
   * stays incomplete.
   */
  static complete(body: OutgoingBody): void {
    if (body.#end !== undefined) return
    if (body.#isComplete()) body.#finish(undefined)
    else body[Symbol.dispose]()
  }

  [Symbol.dispose](): void {
    if (this.#end !== undefined) return
    this.#end = 'abandoned'
    this.#sink?.abandon()
  }

  #stream(): StreamSink {
    const early = () => MAX_EARLY_BYTES - this.#bytes
    return {
      room: () =>
        this.#end === undefined ? (this.#sink === undefined ? early() : this.#sink.room()) : undefined,
      write: (bytes) => {
        this.#bytes += bytes.length
        if (this.#sink === undefined) this.#early.push(bytes.slice())
        else this.#sink.write(bytes)
      },
      flush: () => this.#sink?.flush(),
      ready: () => this.#sink?.ready() ?? early() > 0,
      wait: (deadline) => {
        if (this.#sink !== undefined) this.#sink.wait(deadline)
        else if (early() <= 0) trap('the body of a message that was not sent yet is full')
      },
      close: () => this.#sink?.close(),
    }
  }

  #finish(trailers: Fields | undefined): void {
    const fields = trailers === undefined ? [] : Fields.seal(trailers)
    if (!this.#isComplete()) {
      this[Symbol.dispose]()
      const code: HttpErrorCode = { tag: this.#tooShort, val: BigInt(this.#bytes) }
      throw new WitError(code, `the body has ${this.#bytes} bytes, not ${this.#declared ?? 0}`)
    }
    this.#end = { trailers: fields }
    this.#sink?.finish(fields)
  }

  #isComplete(): boolean {
    return this.#declared === undefined || this.#declared === this.#bytes
  }

  #attach(sink: BodySink): void {
    this.#sink = sink
    for (const piece of this.#early) {
      for (let rest = piece; rest.length > 0;) {
        if (!sink.ready()) sink.wait(undefined)
        const room = sink.room()
        if (room === undefined) break
        sink.write(rest.subarray(0, room))
        rest = rest.subarray(room)
      }
    }
    this.#early = []
    if (this.#end === 'abandoned') sink.abandon()
    else if (this.#end !== undefined) sink.finish(this.#end.trailers)
  }
}
