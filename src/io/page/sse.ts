import type { ServerResponse } from 'node:http'
import {
  endWith,
  finalize,
  fromEvent,
  ignoreElements,
  interval,
  merge,
  takeUntil,
  takeWhile,
  tap,
  type Observable,
} from 'rxjs'

/**
 * Interval of keep-alive messages, in milliseconds: they reveal clients that are gone, and keep proxies from closing
 * the connection.
 */
const KEEP_ALIVE_MS = 15_000
/** Delay before a browser reconnects, in milliseconds. */
const RETRY_MS = 1000
/** Bytes that may wait for a client before it counts as slow. */
const MAX_BUFFERED = 128 * 1024

/** Whether a client has received nearly everything that was written to it. */
export const isReady = (response: ServerResponse): boolean => response.writableLength < MAX_BUFFERED

/** Sends single-line texts as server-sent events until they end or the client disconnects; never emits. */
export const sendEvents = (response: ServerResponse, text$: Observable<string>): Observable<never> => {
  // `close` reports that a client is gone; without a listener its error would end the process.
  response.on('error', () => undefined)
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' })
  response.write(`retry: ${RETRY_MS}\n\n`)
  const sent$ = text$.pipe(
    tap((text) => void response.write(`data: ${text}\n\n`)),
    endWith(undefined),
  )
  const alive$ = interval(KEEP_ALIVE_MS).pipe(
    tap(() => {
      if (isReady(response)) response.write(':\n\n')
    }),
  )
  return merge(sent$, alive$).pipe(
    takeWhile((value) => value !== undefined),
    ignoreElements(),
    takeUntil(fromEvent(response, 'close')),
    finalize(() => {
      if (isReady(response)) response.end()
      else response.destroy()
    }),
  )
}
