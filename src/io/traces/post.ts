import { Agent as HttpAgent, request as requestHttp, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import { catchError, Observable, of, timeout } from 'rxjs'
import { decode } from '../codecs/decode.js'
import { describeError } from '../mqtt/reasons.js'
import type { Sent } from '../../model/span.js'

export type Poster = {
  /** Posts JSON; emits once what became of it, and never errors. Unsubscribing cuts it off. */
  readonly post: (body: string) => Observable<Sent>
  readonly close: () => void
}

/** The OTLP specification names these, and no other, as those to be tried again. */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504])
/** Of an answer; one that is longer is not read to its end. Bytes. */
const MAX_ANSWER = 64 * 1024
const MAX_RETRY_AFTER_MS = 300_000

/** A 64-bit number is text in the JSON of protobuf; some send a number. */
const PartialSuccess = t.type({
  partialSuccess: t.type({ rejectedSpans: t.union([t.string, t.number]) }),
})

/** How many spans of those that it took the collector did not take after all. */
const refusedIn = (answer: string): number => {
  const said = E.tryCatch(() => JSON.parse(answer) as unknown, E.toError)
  const partial = E.chainW(decode(PartialSuccess))(said)
  return E.isRight(partial) ? Math.max(0, Number(partial.right.partialSuccess.rejectedSpans) || 0) : 0
}

/** The header in seconds; one that is a date is left to our own backoff. */
const retryAfter = ({ headers }: IncomingMessage): { readonly afterMs?: number } => {
  const header = headers['retry-after'] ?? ''
  const ms = /^\d{1,6}$/.test(header) ? Number(header) * 1000 : 0
  return ms > 0 ? { afterMs: Math.min(MAX_RETRY_AFTER_MS, ms) } : {}
}

const sentOf = (response: IncomingMessage, answer: string): Sent => {
  const status = response.statusCode ?? 0
  if (status >= 200 && status < 300) return { kind: 'taken', refused: refusedIn(answer) }
  const why = `the collector answered with status ${status}`
  return RETRYABLE.has(status) ? { kind: 'retry', why, ...retryAfter(response) } : { kind: 'refused', why }
}

/** Posts to one URL over a connection that is kept. Credentials in the URL become a header. */
export const createPoster = (url: string, timeoutMs: number): Poster => {
  const target = new URL(url)
  const isSecure = target.protocol === 'https:'
  const options = { keepAlive: true, maxSockets: 1, maxFreeSockets: 1 }
  const agent = isSecure ? new HttpsAgent(options) : new HttpAgent(options)
  const request = isSecure ? requestHttps : requestHttp

  const attempt = (body: string): Observable<Sent> =>
    new Observable((subscriber) => {
      // A request that has been answered gives its connection back.
      let isAnswered = false
      const settle = (sent: Sent) => {
        subscriber.next(sent)
        subscriber.complete()
      }
      const fail = (error: unknown) => settle({ kind: 'retry', why: describeError(error) })
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
      const outgoing = request(target, { method: 'POST', agent, headers }, (response) => {
        let answer = ''
        response.setEncoding('latin1')
        response.on('data', (data: string) => {
          answer += data
          if (answer.length > MAX_ANSWER) settle(sentOf(response, ''))
        })
        response.on('end', () => {
          isAnswered = true
          settle(sentOf(response, answer))
        })
        response.on('error', fail)
      })
      outgoing.on('error', fail)
      outgoing.end(body)
      return () => {
        if (!isAnswered) outgoing.destroy()
      }
    })
  const late: Sent = { kind: 'retry', why: `no answer within ${timeoutMs} ms` }
  return {
    post: (body) =>
      attempt(body).pipe(
        timeout({ first: timeoutMs, with: () => of(late) }),
        catchError((error: unknown) => of<Sent>({ kind: 'refused', why: describeError(error) })),
      ),
    close: () => agent.destroy(),
  }
}
