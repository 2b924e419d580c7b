import type { IncomingMessage, ServerResponse } from 'node:http'
import { catchError, EMPTY, mergeMap, of, type Observable } from 'rxjs'
import type { StopCommand } from '../../model/command.js'
import { abortable } from '../abortable.js'
import type { Logger } from '../log/log.js'
import { answerJson } from '../ops/server/answer.js'
import { createTokenCheck } from './token.js'
import { cut } from '../../model/cut.js'

/** The ID to stop for an active row of the page. */
export type Stoppable = { readonly stoppable: (key: number) => string | undefined }

export type StopDeps = {
  readonly propletId: string
  /** Undefined to allow no stops. */
  readonly token: string | undefined
  readonly log: Pick<Logger, 'info' | 'warn'>
}

/** Maximum length of an ID, in UTF-16 code units. */
const MAX_LOGGED = 128

/** The router limits bodies to a few kilobytes. */
const readBody = async (request: IncomingMessage, signal: AbortSignal): Promise<string> => {
  const pieces: Buffer[] = []
  const stop = () => request.destroy()
  signal.addEventListener('abort', stop)
  try {
    for await (const piece of request) pieces.push(piece as Buffer)
  } finally {
    signal.removeEventListener('abort', stop)
  }
  return Buffer.concat(pieces).toString('utf8')
}

const keyIn = (text: string): number | undefined => {
  try {
    const body: unknown = JSON.parse(text)
    if (typeof body !== 'object' || body === null || !('task' in body)) return undefined
    return typeof body.task === 'number' ? body.task : undefined
  } catch {
    return undefined
  }
}

/** Answers a request to stop a task: emits the command, or only tells the client why not. */
export const createStop = ({ propletId, token, log }: StopDeps) => {
  const isAllowed = token === undefined ? undefined : createTokenCheck(token)

  return (request: IncomingMessage, response: ServerResponse, view: Stoppable): Observable<StopCommand> => {
    const refuse = (status: number, error: string) => {
      answerJson(response, { error }, status)
      return EMPTY
    }
    if (isAllowed === undefined)
      return refuse(403, 'stopping tasks is disabled; PROPLET_UI_ACTIONS=true enables it')
    if (!isAllowed(request)) {
      log.warn({ address: request.socket.remoteAddress }, 'Stop from the page refused: wrong token')
      response.setHeader('www-authenticate', 'Bearer')
      return refuse(401, 'wrong token')
    }
    if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? ''))
      return refuse(415, 'expected application/json')
    return abortable((signal) => readBody(request, signal)).pipe(
      // The client disconnected before its request was complete.
      catchError(() => EMPTY),
      mergeMap((body) => {
        const key = keyIn(body)
        if (key === undefined) return refuse(400, 'expected {"task": N}')
        const id = view.stoppable(key)
        if (id === undefined) return refuse(409, 'that task is no longer active')
        log.info({ task: cut(id, MAX_LOGGED), address: request.socket.remoteAddress }, 'Stop from the page')
        answerJson(response, { stopping: key }, 202)
        return of<StopCommand>({ type: 'stop', id, broadcast: false, propletId })
      }),
    )
  }
}
