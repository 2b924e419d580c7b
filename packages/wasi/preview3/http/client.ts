import { Later } from '@proplet/component/link/async/host.js'
import type { HostWork } from '@proplet/component/link/async/work.js'
import { HttpFailure, type FutureResponse, type HttpErrorCode, type Outgoing } from '../../http/message.js'
import { failed, SENT } from './body.js'
import { Request } from './request.js'
import { Response } from './response.js'
import { sendBody } from './send-body.js'

const CANCELLED: HttpErrorCode = { tag: 'internal-error', val: 'the request was cancelled' }

/** `send` of wasi:http/client: done when the head of the response arrives; both bodies may continue. */
export const send = (work: HostWork, outgoing: Outgoing, request: Request): Later =>
  new Later((done) => {
    const { head, headers, times, body } = Request.take(request)
    const { body: sink, response } = outgoing.send(head, times)
    const hasContents = body.contents !== undefined
    let isSent = false
    let isAnswered = false
    let stopWaiting = (): void => undefined

    /** The request has been sent once there is a response and all of it is out. */
    const settle = () => {
      if (isSent && isAnswered) body.settle(SENT)
    }
    const fail = (code: HttpErrorCode) => {
      stopSending()
      body.settle(failed(code))
      done({ tag: 'err', val: code })
    }
    const receive = () => {
      stopWaiting = work.begin<undefined>(
        (ready) => response.notify(() => ready(undefined)),
        () => {
          const found = answerOf(response)
          if (found instanceof HttpFailure) {
            fail(found.code)
            return
          }
          isAnswered = true
          settle()
          done({ tag: 'ok', val: Response.incoming(work, found.head, found.body) })
        },
      )
    }
    const stopSending = sendBody(work, body, sink, {
      kind: 'request',
      headers,
      done: (result) => {
        isSent = result.tag === 'ok'
        if (result.tag === 'err') body.settle(result)
        settle()
        if (!hasContents) receive()
      },
    })
    // Without contents, the head is sent together with the end of the body, and the response follows that.
    if (hasContents) receive()
    return () => {
      if (isAnswered) return
      stopWaiting()
      stopSending()
      response.close()
      body.settle(failed(CANCELLED))
    }
  })

function answerOf(response: FutureResponse): ReturnType<FutureResponse['get']> | HttpFailure {
  try {
    return response.get()
  } catch (error) {
    if (error instanceof HttpFailure) return error
    throw error
  }
}
