import { WitError } from '../preview2/failure.js'
import { Fields } from './fields.js'
import { IncomingBody } from './incoming-body.js'
import type { BodySource, RequestHead } from './message.js'

type Method = { readonly tag: string; readonly val?: string }
type Scheme = { readonly tag: 'HTTP' | 'HTTPS' } | { readonly tag: 'other'; readonly val: string }

const METHODS: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
])

/** `incoming-request` of wasi:http/types. */
export class IncomingRequest {
  readonly #head: RequestHead
  #body: BodySource | undefined

  constructor(head: RequestHead, body: BodySource) {
    this.#head = head
    this.#body = body
  }

  method(): Method {
    const { method } = this.#head
    return METHODS.has(method) ? { tag: method.toLowerCase() } : { tag: 'other', val: method }
  }

  pathWithQuery(): string | undefined {
    return this.#head.pathWithQuery
  }

  scheme(): Scheme | undefined {
    const { scheme } = this.#head
    if (scheme === undefined) return undefined
    if (scheme === 'http') return { tag: 'HTTP' }
    return scheme === 'https' ? { tag: 'HTTPS' } : { tag: 'other', val: scheme }
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
