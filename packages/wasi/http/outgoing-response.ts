import { WitError } from '../preview2/failure.js'
import { Fields } from './fields.js'
import type { FieldEntry, HttpErrorCode, Responder } from './message.js'
import { OutgoingBody } from './outgoing-body.js'

/** `outgoing-response` of wasi:http/types. */
export class OutgoingResponse {
  readonly #headers: readonly FieldEntry[]
  readonly #body: OutgoingBody
  #status = 200
  #isBodyTaken = false

  constructor(headers: Fields) {
    this.#headers = Fields.seal(headers)
    this.#body = OutgoingBody.of('response', this.#headers)
  }

  statusCode(): number {
    return this.#status
  }

  setStatusCode(status: number): void {
    if (status < 100 || status > 599) throw new WitError(undefined, 'not an HTTP status code')
    this.#status = status
  }

  headers(): Fields {
    return Fields.immutable(this.#headers)
  }

  body(): OutgoingBody {
    if (this.#isBodyTaken) throw new WitError(undefined, 'the body was taken already')
    this.#isBodyTaken = true
    return this.#body
  }

  static send(response: OutgoingResponse, responder: Responder): void {
    const sink = responder.respond({ status: response.#status, headers: response.#headers })
    if (!response.#isBodyTaken) sink.finish([])
    else OutgoingBody.attach(response.#body, sink)
  }

  static complete(response: OutgoingResponse): void {
    if (response.#isBodyTaken) OutgoingBody.complete(response.#body)
  }

  [Symbol.dispose](): void {
    if (!this.#isBodyTaken) this.#body[Symbol.dispose]()
  }
}

type Answer =
  | { readonly tag: 'ok'; readonly val: OutgoingResponse }
  | { readonly tag: 'err'; readonly val: HttpErrorCode }

/** `response-outparam` of wasi:http/types. */
export class ResponseOutparam {
  readonly #responder: Responder
  #response: OutgoingResponse | undefined

  constructor(responder: Responder) {
    this.#responder = responder
  }

  static set(outparam: ResponseOutparam, answer: Answer): void {
    if (answer.tag === 'err') {
      outparam.#responder.fail(answer.val.tag)
      return
    }
    outparam.#response = answer.val
    OutgoingResponse.send(answer.val, outparam.#responder)
  }

  /** Called after the handler has returned: a response whose body was neither finished nor dropped is complete. */
  static complete(outparam: ResponseOutparam): void {
    if (outparam.#response !== undefined) OutgoingResponse.complete(outparam.#response)
  }

  [Symbol.dispose](): void {
    // The server detects a missing response.
  }
}
