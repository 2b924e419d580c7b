import { WitError } from '../preview2/failure.js'
import { InputStream } from '../preview2/input-stream.js'
import { Pollable } from '../preview2/pollable.js'
import { Fields } from './fields.js'
import { HttpFailure, type BodySource, type HttpErrorCode } from './message.js'

type TrailersResult =
  | { readonly tag: 'ok'; readonly val: Fields | undefined }
  | { readonly tag: 'err'; readonly val: HttpErrorCode }

/** `future-trailers` of wasi:http/types. */
export class FutureTrailers {
  readonly #source: BodySource
  #isTaken = false

  constructor(source: BodySource) {
    this.#source = source
  }

  subscribe(): Pollable {
    return new Pollable(this.#source.trailers)
  }

  /** Undefined until available. The outer error means that they were already taken. */
  get():
    | { readonly tag: 'ok'; readonly val: TrailersResult }
    | { readonly tag: 'err'; readonly val: undefined }
    | undefined {
    if (this.#isTaken) return { tag: 'err', val: undefined }
    if (!this.#source.trailers.ready()) return undefined
    this.#isTaken = true
    return { tag: 'ok', val: this.#take() }
  }

  [Symbol.dispose](): void {
    this.#source.close()
  }

  #take(): TrailersResult {
    try {
      const entries = this.#source.trailers.get()
      return { tag: 'ok', val: entries && Fields.immutable(entries) }
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error
      return { tag: 'err', val: error.code }
    }
  }
}

/** `incoming-body` of wasi:http/types. */
export class IncomingBody {
  readonly #source: BodySource
  #isTaken = false

  constructor(source: BodySource) {
    this.#source = source
  }

  stream(): InputStream {
    if (this.#isTaken) throw new WitError(undefined, 'the stream was taken already')
    this.#isTaken = true
    const source = this.#source
    // The trailers follow the stream, which may be dropped before its end.
    return new InputStream({
      read: (length) => source.read(length),
      ready: () => source.ready(),
      wait: (deadline) => source.wait(deadline),
      close: () => undefined,
    })
  }

  static finish(body: IncomingBody): FutureTrailers {
    return new FutureTrailers(body.#source)
  }

  [Symbol.dispose](): void {
    this.#source.close()
  }
}
