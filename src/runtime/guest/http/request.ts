import type { GuestEnd, RequestMessage } from '../channel/protocol.js'
import type { Session } from '../call/session.js'

/** The handle of the request that is being answered. */
export const REQUEST = 0

/** Answers one request in an instance of its own: what a request leaves behind ends with it. A promise: of WASI 0.3. */
export type Serve = (request: RequestMessage, session: Session) => GuestEnd | Promise<GuestEnd>
