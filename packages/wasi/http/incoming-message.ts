import { WitError } from '../preview2/failure.js'
import { Fields } from './fields.js'
import { IncomingBody } from './incoming-body.js'
import type { BodySource, FieldEntry } from './message.js'

/** The common part of `incoming-request` and `incoming-response` of wasi:http/types. */
export class IncomingMessage<Head extends { readonly headers: readonly FieldEntry[] }> {
  protected readonly head: Head
  #body: BodySource | undefined

  constructor(head: Head, body: BodySource) {
    this.head = head
    this.#body = body
  }

  headers(): Fields {
    return Fields.immutable(this.head.headers)
  }

  consume(): IncomingBody {
    const body = this.#body
    if (body === undefined) throw new WitError(undefined, 'the body was taken already')
    this.#body = undefined
    return new IncomingBody(body)
  }

  [Symbol.dispose](): void {
    this.#body?.close()
    this.#body = undefined
  }
}
