import type { HostWork } from '@proplet/component/link/async/work.js'
import type {
  BodySink,
  BodySource,
  HttpErrorCode,
  Outgoing,
  RequestHead,
  ResponseHead,
} from '../../http/message.js'
import type { Preview2Imports } from '../../preview2.js'
import type { Transmission } from './body.js'
import { send } from './client.js'
import { Fields } from './fields.js'
import { RequestOptions } from './options.js'
import { Request } from './request.js'
import { Response } from './response.js'
import { sendBody } from './send-body.js'

/** The same for every guest. */
const types = { Fields, Request, RequestOptions, Response }

/**
 * `wasi:http` of WASI 0.3 for one guest, whose requests take this way out. So do those for the next handler of a chain: a
 * middleware that is run by itself is the last of it.
 */
export const http3Imports = (work: HostWork, outgoing: Outgoing): Preview2Imports => {
  const client = (request: Request) => send(work, outgoing, request)
  return {
    'wasi:http/types@0.3': types,
    'wasi:http/client@0.3': { send: client },
    'wasi:http/handler@0.3': { handle: client },
  }
}

/** What `wasi:http/handler` is called with. */
export const incomingRequest = (work: HostWork, head: RequestHead, body: BodySource): object =>
  Request.incoming(work, head, body)

/** Where the answer to an incoming request goes. */
export type ResponseSink = {
  /** Once: sends the head; the body is written to what it returns. */
  respond(head: ResponseHead): BodySink
  /** Once, instead: the guest answered with this error. */
  fail(code: HttpErrorCode): void
}

/** Sends what `wasi:http/handler` returned. `done`: it is out, as far as it ever will be. */
export function sendResponse(
  work: HostWork,
  result: unknown,
  sink: ResponseSink,
  done: (result: Transmission) => void,
): void {
  const { tag, val } = Object(result) as { readonly tag?: unknown; readonly val?: unknown }
  if (tag !== 'ok' || !(val instanceof Response)) {
    sink.fail(isErrorCode(val) ? val : { tag: 'internal-error' })
    done({ tag: 'ok' })
    return
  }
  const { head, body } = Response.take(val)
  sendBody(work, body, sink.respond(head), {
    kind: 'response',
    headers: head.headers,
    done: (sent) => {
      body.settle(sent)
      done(sent)
    },
  })
}

const isErrorCode = (value: unknown): value is HttpErrorCode =>
  typeof value === 'object' && value !== null && 'tag' in value && typeof value.tag === 'string'
