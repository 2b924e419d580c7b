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

/** The same for every guest. */
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
  /** For an error of our own stream, which only says that it broke off. */
  httpErrorCode: (error: unknown) =>
    error instanceof HostError ? { tag: 'connection-terminated' } : undefined,
}

/** `wasi:http` for one guest, whose requests take this way out. */
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
/** What a handler answers to, and what to call once it has returned without a trap. */
export const responseOutparam = (
  responder: Responder,
): { readonly outparam: object; readonly complete: () => void } => {
  const outparam = new ResponseOutparam(responder)
  return { outparam, complete: () => ResponseOutparam.complete(outparam) }
}
