import { Channel } from '@proplet/component/link/async/channel.js'
import { hostFuture, readFuture } from '@proplet/component/link/async/host.js'
import type { FieldEntry, HttpErrorCode } from '../../http/message.js'
import { emptyContents, failed, SENT, type Body, type Transmission } from './body.js'
import { Fields } from './fields.js'

const DROPPED: HttpErrorCode = { tag: 'internal-error', val: 'the message was dropped before it was sent' }

/** The common part of requests and responses. The body is taken once: read by a guest, or sent. */
export abstract class Message {
  readonly #headers: readonly FieldEntry[]
  #body: (() => Body) | undefined

  protected constructor(headers: readonly FieldEntry[], body: () => Body) {
    this.#headers = headers
    this.#body = body
  }

  getHeaders(): Fields {
    return Fields.immutable(this.#headers)
  }

  static headersOf(message: Message): readonly FieldEntry[] {
    return message.#headers
  }

  static takeBody(message: Message): Body {
    const body = message.#body
    message.#body = undefined
    return body?.() ?? { contents: undefined, trailers: undefined, settle: () => undefined }
  }

  /** `consume-body`: `res` is a future of the result of handling it. */
  protected static consume(message: Message, res: unknown): [contents: Channel, trailers: unknown] {
    const { contents = emptyContents(), trailers, settle } = Message.takeBody(message)
    readFuture(res, (value) => settle(isFailure(value) ? failed(value.val) : SENT))
    return [contents, trailers]
  }

  [Symbol.dispose](): void {
    if (this.#body === undefined) return
    const { contents, trailers, settle } = Message.takeBody(this)
    contents?.drop()
    if (trailers instanceof Channel) trailers.drop()
    settle(failed(DROPPED))
  }
}

/** The body of a message that a guest creates, and the future of the result of sending it. */
export function outgoingBody(
  contents: unknown,
  trailers: unknown,
): { readonly body: () => Body; readonly sent: Channel } {
  const { future, resolve } = hostFuture()
  let isSettled = false
  const settle = (result: Transmission) => {
    if (!isSettled) resolve(result)
    isSettled = true
  }
  const body: Body = { contents: contents instanceof Channel ? contents : undefined, trailers, settle }
  return { body: () => body, sent: future }
}

const isFailure = (value: unknown): value is { readonly val: HttpErrorCode } =>
  typeof value === 'object' && value !== null && 'tag' in value && value.tag === 'err' && 'val' in value
