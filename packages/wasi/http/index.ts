import { HostError } from '../host/errors.js'
import type { Preview2Imports } from '../preview2.js'
import { WitError } from '../preview2/failure.js'
import { Fields } from './fields.js'
import { FutureTrailers, IncomingBody } from './incoming-body.js'
import { IncomingRequest } from './incoming-request.js'
import { FutureIncomingResponse, IncomingResponse } from './incoming-response.js'
import { HttpFailure, type BodySource, type Outgoing, type RequestHead, type Responder } from './message.js'
import { OutgoingBody } from './outgoing-body.js'
import { OutgoingRequest } from './outgoing-request.js'
import { OutgoingResponse, ResponseOutparam } from './outgoing-response.js'
import { RequestOptions } from './request-options.js'

/** Shared by all guests. */
const types: Preview2Imports[string] = {
  Fields,
  FutureIncomingResponse,
  FutureTrailers,
  IncomingBody,
  IncomingRequest,
  IncomingResponse,
  OutgoingBody,
  OutgoingRequest,
  OutgoingResponse,
  RequestOptions,
  ResponseOutparam,
  /** Errors of incoming streams only report that the message was cut off. */
  httpErrorCode: (error: unknown) =>
    error instanceof HostError ? { tag: 'connection-terminated' } : undefined,
}

/** `wasi:http` for one guest, whose requests are sent by `outgoing`. */
export const httpImports = (outgoing: Outgoing): Preview2Imports => ({
  'wasi:http/types': types,
  'wasi:http/outgoing-handler': {
    handle: (request: OutgoingRequest, options: RequestOptions | undefined) => {
      try {
        return OutgoingRequest.send(request, options, outgoing)
      } catch (error) {
        throw error instanceof HttpFailure ? new WitError(error.code, error.message) : error
      }
    },
  },
})

export const incomingRequest = (head: RequestHead, body: BodySource): object =>
  new IncomingRequest(head, body)
/** The response-outparam of a handler, and a function to call once it has returned without a trap. */
export const responseOutparam = (
  responder: Responder,
): { readonly outparam: object; readonly complete: () => void } => {
  const outparam = new ResponseOutparam(responder)
  return { outparam, complete: () => ResponseOutparam.complete(outparam) }
}
