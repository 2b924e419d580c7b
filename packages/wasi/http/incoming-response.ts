import { Pollable } from '../preview2/pollable.js'
import { IncomingMessage } from './incoming-message.js'
import { HttpFailure, type FutureResponse, type HttpErrorCode, type ResponseHead } from './message.js'

/** `incoming-response` of wasi:http/types. */
export class IncomingResponse extends IncomingMessage<ResponseHead> {
  status(): number {
    return this.head.status
  }
}

type Found =
  | { readonly tag: 'ok'; readonly val: IncomingResponse }
  | { readonly tag: 'err'; readonly val: HttpErrorCode }

/** `future-incoming-response` of wasi:http/types. */
export class FutureIncomingResponse {
  readonly #response: FutureResponse
  #isTaken = false

  constructor(response: FutureResponse) {
    this.#response = response
  }

  subscribe(): Pollable {
    return new Pollable(this.#response)
  }

  /** Undefined until it is available. The outer error means that it was already taken. */
  get():
    | { readonly tag: 'ok'; readonly val: Found }
    | { readonly tag: 'err'; readonly val: undefined }
    | undefined {
    if (this.#isTaken) return { tag: 'err', val: undefined }
    if (!this.#response.ready()) return undefined
    this.#isTaken = true
    return { tag: 'ok', val: this.#take() }
  }

  [Symbol.dispose](): void {
    if (!this.#isTaken) this.#response.close()
  }

  #take(): Found {
    try {
      const { head, body } = this.#response.get()
      return { tag: 'ok', val: new IncomingResponse(head, body) }
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error
      return { tag: 'err', val: error.code }
    }
  }
}
