import type { Preview2Imports } from '../preview2.js'
import { Fields } from './fields.js'
import { FutureTrailers, IncomingBody } from './incoming-body.js'
import { IncomingRequest } from './incoming-request.js'
import type { BodySource, RequestHead, Responder } from './message.js'
import { OutgoingBody } from './outgoing-body.js'
import { OutgoingResponse, ResponseOutparam } from './outgoing-response.js'

/** The side of `wasi:http/types` that answers requests. */
export const httpTypes: Preview2Imports = {
  'wasi:http/types': {
    Fields,
    FutureTrailers,
    IncomingBody,
    IncomingRequest,
    OutgoingBody,
    OutgoingResponse,
    ResponseOutparam,
    httpErrorCode: () => undefined,
  },
}

export const incomingRequest = (head: RequestHead, body: BodySource): object =>
  new IncomingRequest(head, body)
export const responseOutparam = (responder: Responder): object => new ResponseOutparam(responder)
