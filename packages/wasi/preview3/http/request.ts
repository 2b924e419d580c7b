import type { Channel } from '@proplet/component/link/async/channel.js'
import type { HostWork } from '@proplet/component/link/async/work.js'
import type { BodySource, FieldEntry, RequestHead, RequestTimes } from '../../http/message.js'
import { methodText, schemeText, toMethod, toScheme, type Method, type Scheme } from '../../http/method.js'
import { RequestOptions as RequestOptions2 } from '../../http/request-options.js'
import { checkAuthority, checkPath, requestTarget } from '../../http/uri.js'
import { incomingBody, type Body } from './body.js'
import { Fields } from './fields.js'
import { Message, outgoingBody } from './message.js'
import { RequestOptions } from './options.js'

/** A request removed from its handle, to be sent. */
export type TakenRequest = {
  readonly head: RequestHead
  readonly headers: readonly FieldEntry[]
  readonly times: RequestTimes
  readonly body: Body
}

/** `request` of wasi:http/types. */
export class Request extends Message {
  readonly #options: RequestOptions2 | undefined
  #method = 'GET'
  #path: string | undefined
  #scheme: string | undefined
  #authority: string | undefined

  /** @returns the request, and a future of the result of sending it */
  static new(
    headers: Fields,
    contents: Channel | undefined,
    trailers: unknown,
    options: RequestOptions | undefined,
  ): [Request, Channel] {
    const { body, sent } = outgoingBody(contents, trailers)
    return [new Request(Fields.seal(headers), body, RequestOptions.inner(options)), sent]
  }

  static incoming(work: HostWork, head: RequestHead, source: BodySource): Request {
    const request = new Request(head.headers, () => incomingBody(work, source), undefined)
    request.#method = head.method
    request.#path = head.pathWithQuery
    request.#scheme = head.scheme
    request.#authority = head.authority
    return request
  }

  static take(request: Request): TakenRequest {
    const headers = Message.headersOf(request)
    return {
      head: {
        method: request.#method,
        scheme: request.#scheme ?? 'https',
        authority: request.#authority,
        pathWithQuery: requestTarget(request.#path ?? '/'),
        headers,
      },
      headers,
      times: RequestOptions2.times(request.#options),
      body: Message.takeBody(request),
    }
  }

  static consumeBody(request: Request, res: unknown): [contents: Channel, trailers: unknown] {
    return Message.consume(request, res)
  }

  private constructor(
    headers: readonly FieldEntry[],
    body: () => Body,
    options: RequestOptions2 | undefined,
  ) {
    super(headers, body)
    this.#options = options
  }

  getMethod(): Method {
    return toMethod(this.#method)
  }

  setMethod(method: Method): void {
    this.#method = methodText(method)
  }

  getPathWithQuery(): string | undefined {
    return this.#path
  }

  setPathWithQuery(path: string | undefined): void {
    this.#path = path === undefined ? undefined : checkPath(path)
  }

  getScheme(): Scheme | undefined {
    return this.#scheme === undefined ? undefined : toScheme(this.#scheme)
  }

  setScheme(scheme: Scheme | undefined): void {
    this.#scheme = scheme && schemeText(scheme)
  }

  getAuthority(): string | undefined {
    return this.#authority
  }

  setAuthority(authority: string | undefined): void {
    this.#authority = authority === undefined ? undefined : checkAuthority(authority)
  }

  getOptions(): RequestOptions | undefined {
    return this.#options && RequestOptions.of(this.#options, false)
  }
}
