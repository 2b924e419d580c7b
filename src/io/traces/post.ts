import type { IncomingMessage } from 'node:http'
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { catchError, of, timeout, type Observable } from 'rxjs'
import { GuardError, type Guard } from '../../net/guard.js'
import { createHttpClients, type HttpClient } from '../../net/http-client.js'
import { operatorGuard } from '../../net/policy.js'
import type { TlsTrust } from '../../net/tls.js'
import { abortable } from '../abortable.js'
import { parseBoundedJson } from '../../net/json/bounded-json.js'
import { decode } from '../codecs/decode.js'
import { describeError } from '../mqtt/reasons.js'
import type { Sent } from '../../model/span.js'

export type Poster = {
  /** Posts JSON; emits the outcome once, and never errors. Unsubscribing aborts it. */
  readonly post: (body: string) => Observable<Sent>
  readonly close: () => void
}

/** The statuses to retry according to the OTLP specification. */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504])
/** Maximum bytes of a response that are read. */
const MAX_ANSWER = 64 * 1024
const MAX_RETRY_AFTER_MS = 300_000

/** The JSON encoding of protobuf represents 64-bit numbers as strings; some collectors send numbers. */
const PartialSuccess = t.type({
  partialSuccess: t.type({ rejectedSpans: t.union([t.string, t.number]) }),
})

/** The number of spans that the collector rejected although it accepted the request. */
const refusedIn = (answer: string): number => {
  const said = parseBoundedJson(Buffer.from(answer))
  const partial = E.chainW(decode(PartialSuccess))(said)
  return E.isRight(partial) ? Math.max(0, Number(partial.right.partialSuccess.rejectedSpans) || 0) : 0
}

/** The header in seconds; for a date our own backoff is used. */
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

/** The response as text; empty if it is too long. */
const readAnswer = async (response: IncomingMessage): Promise<string> => {
  let answer = ''
  response.setEncoding('latin1')
  const pieces: AsyncIterable<string> = response
  for await (const piece of pieces) {
    answer += piece
    if (answer.length > MAX_ANSWER) return ''
  }
  return answer
}

export type PosterOptions = {
  /** Its credentials become a header. */
  readonly url: URL
  /** Time limit of the response, in milliseconds. */
  readonly timeoutMs: number
  readonly tls: TlsTrust
  /** By default the URL is the operator's, so only a name must not resolve to a link-local address. */
  readonly guard?: Guard
}

const HEADERS = { 'content-type': 'application/json' } as const

/** Posts to one URL over a persistent connection. */
export const createPoster = ({ url, timeoutMs, tls, guard = operatorGuard(url) }: PosterOptions): Poster => {
  const client: HttpClient = createHttpClients({ tls, connections: 1 })()
  const attempt = (body: string): Observable<Sent> =>
    abortable(async (signal) => {
      const response = await client.send({ url, guard, headers: HEADERS, body, signal })
      return sentOf(response, await readAnswer(response))
    })
  const late: Sent = { kind: 'retry', why: `no answer within ${timeoutMs} ms` }
  return {
    post: (body) =>
      attempt(body).pipe(
        timeout({ first: timeoutMs, with: () => of(late) }),
        catchError((error: unknown) =>
          of<Sent>({ kind: error instanceof GuardError ? 'refused' : 'retry', why: describeError(error) }),
        ),
      ),
    close: () => client.close(),
  }
}
