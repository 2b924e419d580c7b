import type { Channel } from '@proplet/component/link/async/channel.js'
import type { HostWork } from '@proplet/component/link/async/work.js'
import type { BodySource, FieldEntry, ResponseHead } from '../../http/message.js'
import { WitError } from '../../preview2/failure.js'
import { incomingBody, type Body } from './body.js'
import { Fields } from './fields.js'
import { Message, outgoingBody } from './message.js'

/** `response` of wasi:http/types. */
export class Response extends Message {
  #status = 200

  /** @returns the response, and a future of the result of sending it */
  static new(headers: Fields, contents: Channel | undefined, trailers: unknown): [Response, Channel] {
    const { body, sent } = outgoingBody(contents, trailers)
    return [new Response(Fields.seal(headers), body), sent]
  }

  static incoming(work: HostWork, head: ResponseHead, source: BodySource): Response {
    const response = new Response(head.headers, () => incomingBody(work, source))
    response.#status = head.status
    return response
  }

  static take(response: Response): { readonly head: ResponseHead; readonly body: Body } {
    const headers = Message.headersOf(response)
    return { head: { status: response.#status, headers }, body: Message.takeBody(response) }
  }

  static consumeBody(response: Response, res: unknown): [contents: Channel, trailers: unknown] {
    return Message.consume(response, res)
  }

  private constructor(headers: readonly FieldEntry[], body: () => Body) {
    super(headers, body)
  }

  getStatusCode(): number {
    return this.#status
  }

  setStatusCode(status: number): void {
    if (status < 100 || status > 599) throw new WitError(undefined, 'not an HTTP status code')
    this.#status = status
  }
}
