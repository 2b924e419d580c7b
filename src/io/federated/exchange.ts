import type { IncomingMessage } from 'node:http'
import { ExchangeError, type Endpoint } from '../../model/federated.js'
import type { HttpClient } from '../../net/http-client.js'
import { linkLocalGuard, operatorGuard, type NetworkRule } from '../../net/policy.js'
import { codeOf } from '../../model/code-of.js'
import { messageOf } from '../../model/message-of.js'

export type Sent = { readonly method: 'GET' } | { readonly method: 'POST'; readonly body: Uint8Array }

/** Maximum number of redirects, which must stay within the origin. */
const MAX_REDIRECTS = 3
const REDIRECTS: ReadonlySet<number | undefined> = new Set([301, 302, 303, 307, 308])
/** Redirects that keep the method. */
const SAME_METHOD: ReadonlySet<number | undefined> = new Set([307, 308])

/** Errors before the request reached the server, so that it had no effect. */
const UNREACHED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EAI_AGAIN',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
])
const BROKEN: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', ...UNREACHED])

/** A repeated update might be counted twice. */
const isPassing = (error: Error, { method }: Sent): boolean =>
  (method === 'GET' ? BROKEN : UNREACHED).has(codeOf(error) ?? '')

export const brokenExchange = (error: unknown, sent: Sent): ExchangeError => {
  if (error instanceof ExchangeError) return error
  if (!(error instanceof Error)) return new ExchangeError('it failed', false)
  return new ExchangeError(messageOf(error), isPassing(error, sent))
}

const badStatus = (status: number, { method }: Sent): ExchangeError =>
  new ExchangeError(
    `it answered with status ${status}`,
    status === 429 || (method === 'GET' ? status >= 500 : status === 503),
  )

/** Sends requests to services named by tasks, or by the operator's settings. */
export type ExchangeDeps = {
  readonly client: HttpClient
  /** Link-local addresses listed here may be reached by services that tasks name. */
  readonly rules: readonly NetworkRule[]
}

const ask = (url: URL, { isOfTask }: Endpoint, sent: Sent, deps: ExchangeDeps, signal: AbortSignal) =>
  deps.client.send({
    url,
    guard: isOfTask ? linkLocalGuard(deps.rules) : operatorGuard(url),
    headers: {
      accept: 'application/json',
      ...(sent.method === 'POST' && { 'content-type': 'application/json' }),
    },
    ...(sent.method === 'POST' && { body: sent.body }),
    signal,
  })

/** The target of a redirect; undefined if the response is none. Throws if it leads to another origin. */
const redirectOf = (from: URL, { statusCode, headers }: IncomingMessage, sent: Sent): URL | undefined => {
  const { location } = headers
  if (!REDIRECTS.has(statusCode) || location === undefined) return undefined
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined
  if (to?.origin !== from.origin || (sent.method === 'POST' && !SAME_METHOD.has(statusCode)))
    throw new ExchangeError('it redirects to another origin, which is not followed', false)
  to.username = from.username
  to.password = from.password
  return to
}

/** One exchange; resolves to a response with status 2xx and an unread body. Any failure rejects. */
export const exchange = async (
  endpoint: Endpoint,
  sent: Sent,
  deps: ExchangeDeps,
  signal: AbortSignal,
): Promise<IncomingMessage> => {
  let url = new URL(endpoint.url)
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const answer = await ask(url, endpoint, sent, deps, signal)
    const { statusCode = 0 } = answer
    if (statusCode >= 200 && statusCode < 300) return answer
    answer.on('error', () => undefined).destroy()
    const next = redirectOf(url, answer, sent)
    if (next === undefined) throw badStatus(statusCode, sent)
    url = next
  }
  throw new ExchangeError(`it redirects more than ${MAX_REDIRECTS} times`, false)
}
