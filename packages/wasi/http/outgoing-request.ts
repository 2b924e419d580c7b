import { WitError } from '../preview2/failure.js'
import { Fields } from './fields.js'
import { FutureIncomingResponse } from './incoming-response.js'
import type { FieldEntry, Outgoing } from './message.js'
import { methodText, schemeText, toMethod, toScheme, type Method, type Scheme } from './method.js'
import { OutgoingBody } from './outgoing-body.js'
import { RequestOptions } from './request-options.js'
import { checkPath, requestTarget } from './uri.js'

const AUTHORITY = /^[^\s/?#@\\]+$/
/** An absolute path, or a query of the root. */
const ABSOLUTE = /^(?:[/?]|\*$|$)/

/** `outgoing-request` of wasi:http/types. */
export class OutgoingRequest {
  readonly #headers: readonly FieldEntry[]
  readonly #body: OutgoingBody
  #method = 'GET'
  #path: string | undefined
  #scheme: string | undefined
  #authority: string | undefined
  #isBodyTaken = false

  constructor(headers: Fields) {
    this.#headers = Fields.seal(headers)
    this.#body = OutgoingBody.of('request', this.#headers)
  }

  /** `handle` of wasi:http/outgoing-handler. */
  static send(
    request: OutgoingRequest,
    options: RequestOptions | undefined,
    outgoing: Outgoing,
  ): FutureIncomingResponse {
    const { body, response } = outgoing.send(
      {
        method: request.#method,
        scheme: request.#scheme ?? 'https',
        authority: request.#authority,
        pathWithQuery: request.#path && requestTarget(request.#path),
        headers: request.#headers,
      },
      RequestOptions.times(options),
    )
    if (request.#isBodyTaken) OutgoingBody.attach(request.#body, body)
    else body.finish([])
    return new FutureIncomingResponse(response)
  }

  body(): OutgoingBody {
    if (this.#isBodyTaken) throw new WitError(undefined, 'the body was taken already')
    this.#isBodyTaken = true
    return this.#body
  }

  method(): Method {
    return toMethod(this.#method)
  }

  setMethod(method: Method): void {
    this.#method = methodText(method)
  }

  pathWithQuery(): string | undefined {
    return this.#path
  }

  setPathWithQuery(path: string | undefined): void {
    if (path !== undefined && !ABSOLUTE.test(path.split('#', 1)[0] ?? ''))
      throw new WitError(undefined, 'expected a path that begins with / or ?')
    if (path !== undefined) checkPath(path)
    this.#path = path
  }

  scheme(): Scheme | undefined {
    return this.#scheme === undefined ? undefined : toScheme(this.#scheme)
  }

  setScheme(scheme: Scheme | undefined): void {
    this.#scheme = scheme && schemeText(scheme)
  }

  authority(): string | undefined {
    return this.#authority
  }

  setAuthority(authority: string | undefined): void {
    if (authority !== undefined && !AUTHORITY.test(authority))
      throw new WitError(undefined, 'not a URI authority')
    this.#authority = authority
  }

  headers(): Fields {
    return Fields.immutable(this.#headers)
  }

  [Symbol.dispose](): void {
    // If the body was taken, it outlives the request.
  }
}
