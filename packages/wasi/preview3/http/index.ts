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

/** Shared by all guests. */
const types = { Fields, Request, RequestOptions, Response }

/**
 * `wasi:http` of WASI 0.3 for one guest, whose requests are sent by `outgoing`. So are requests to the next handler of a chain: a
 * middleware that runs alone is the last one.
 */
export const http3Imports = (work: HostWork, outgoing: Outgoing): Preview2Imports => {
  const client = (request: Request) => send(work, outgoing, request)
  return {
    'wasi:http/types@0.3': types,
    'wasi:http/client@0.3': { send: client },
    'wasi:http/handler@0.3': { handle: client },
  }
}

/** The argument of `wasi:http/handler`. */
export const incomingRequest = (work: HostWork, head: RequestHead, body: BodySource): object =>
  Request.incoming(work, head, body)

/** The destination of the response to an incoming request. */
export type ResponseSink = {
  /** Called once: sends the head, and returns the sink of the body. */
  respond(head: ResponseHead): BodySink
  /** Called once, instead of `respond`: the guest returned this error. */
  fail(code: HttpErrorCode): void
}

/** Sends the result of `wasi:http/handler`. `done`: it was sent, completely or not. */
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
