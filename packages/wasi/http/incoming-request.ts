import { WitError } from '../preview2/failure.js'
import { Fields } from './fields.js'
import { IncomingBody } from './incoming-body.js'
import type { BodySource, RequestHead } from './message.js'
import { toMethod, toScheme, type Method, type Scheme } from './method.js'

/** `incoming-request` of wasi:http/types. */
export class IncomingRequest {
  readonly #head: RequestHead
  #body: BodySource | undefined

  constructor(head: RequestHead, body: BodySource) {
    this.#head = head
    this.#body = body
  }

  method(): Method {
    return toMethod(this.#head.method)
  }

  pathWithQuery(): string | undefined {
    return this.#head.pathWithQuery
  }

  scheme(): Scheme | undefined {
    const { scheme } = this.#head
    return scheme === undefined ? undefined : toScheme(scheme)
  }

  authority(): string | undefined {
    return this.#head.authority
  }

  headers(): Fields {
    return Fields.immutable(this.#head.headers)
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
