import type { BodySource, Responder } from '@proplet/wasi/http/message.js'
import type { Session } from '../../call/session.js'
import type { GuestEnd, RequestMessage } from '../../channel/protocol.js'

/** The handle of the request that is being answered. */
export const REQUEST = 0

/** A request, and where its body comes from and its answer goes to. */
export type Asked = {
  readonly message: RequestMessage
  readonly body: BodySource
  readonly responder: Responder
}

/** Answers requests, each in an instance of its own: what a request leaves behind ends with it. */
export type Serve =
  | {
      /** Of WASI 0.2: a call that lasts until the guest is done. */
      readonly kind: 'synchronous'
      /** By default the daemon has the request. */
      answer(request: RequestMessage, session: Session, asked?: Asked): GuestEnd
    }
  | { readonly kind: 'asynchronous'; answer(request: RequestMessage, session: Session): Promise<GuestEnd> }
