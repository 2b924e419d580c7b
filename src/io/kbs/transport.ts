import type { IncomingMessage } from 'node:http'
import { createHttpClients } from '../../net/http-client.js'
import { readAnswer } from '../../net/read-answer.js'
import { KbsError } from './errors.js'
import { codeOf } from '../../model/code-of.js'
import { messageOf } from '../../model/message-of.js'

export type KbsRequest = {
  /** The path after `/kbs/v0`. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  /** JSON text; makes the request a POST. */
  readonly body?: string
}

export type KbsAnswer = {
  readonly status: number
  readonly text: string
  readonly cookies: readonly string[]
}

export type Transport = (request: KbsRequest, signal: AbortSignal) => Promise<KbsAnswer>

export type TransportOptions = {
  /** The URL of the service, without `/kbs/v0`. */
  readonly url: URL
  /** PEM certificates to trust in addition to those of the system. */
  readonly ca: string | undefined
  /** Time limit of one request, in milliseconds. */
  readonly timeoutMs: number
  readonly userAgent: string
}

/** Keys, tokens and challenges are small. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024
const MAX_REDIRECTS = 3

const tooLarge = () => new KbsError('malformed', `the KBS answered with more than ${MAX_ANSWER_BYTES} bytes`)

const isCertificateError = (code: string): boolean =>
  /^(?:ERR_TLS_|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/.test(code)

const unreachable = (origin: string, error: unknown): KbsError => {
  if (error instanceof KbsError) return error
  const code = codeOf(error) ?? ''
  const why = messageOf(error)
  if (isCertificateError(code))
    return new KbsError(
      'unreachable',
      `the certificate of the KBS at ${origin} is not trusted (${why}): set "cert" in the agent's configuration file to its authority`,
      { cause: error },
    )
  return new KbsError('unreachable', `the KBS at ${origin} cannot be reached: ${why}`, {
    transient: true,
    cause: error,
  })
}

/** The target of a redirect, if it may be followed: same origin, same method. */
const redirectOf = ({ statusCode, headers }: IncomingMessage, from: URL, isGet: boolean): URL | undefined => {
  const keepsMethod = statusCode === 307 || statusCode === 308
  const isPlain = statusCode === 301 || statusCode === 302 || statusCode === 303
  if (!keepsMethod && !(isPlain && isGet)) return undefined
  const to = headers.location === undefined ? undefined : new URL(headers.location, from)
  if (to?.origin === from.origin) return to
  throw new KbsError(
    'refused',
    `the KBS at ${from.origin} redirects to another origin, which is not followed`,
  )
}

/** No guard: the operator chose the service. */
const anywhere = (): undefined => undefined

/** Sends requests to one service, each with a time limit. Rejects with a `KbsError`, or the reason of the signal. */
export const createTransport = ({ url, ca, timeoutMs, userAgent }: TransportOptions): Transport => {
  const base = `${url.href.replace(/\/+$/, '')}/kbs/v0`
  // Connections are not kept: there are few requests, far apart.
  const client = createHttpClients({ tls: { ca, verify: true }, userAgent, connections: 0 })()

  const exchange = async ({ path, headers, body }: KbsRequest, signal: AbortSignal): Promise<KbsAnswer> => {
    let target = new URL(`${base}${path}`)
    for (let redirects = 0; ; redirects += 1) {
      const answer = await client.send({
        url: target,
        guard: anywhere,
        headers: {
          ...headers,
          accept: 'application/json',
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body }),
        signal,
      })
      answer.on('error', () => undefined)
      const next = redirectOf(answer, target, body === undefined)
      if (next === undefined)
        return {
          status: answer.statusCode ?? 0,
          text: await readAnswer(answer, MAX_ANSWER_BYTES, tooLarge),
          cookies: answer.headers['set-cookie'] ?? [],
        }
      answer.destroy()
      if (redirects >= MAX_REDIRECTS)
        throw new KbsError('refused', `the KBS at ${target.origin} redirects too often`)
      target = next
    }
  }

  return async (request, signal) => {
    const timeout = AbortSignal.timeout(timeoutMs)
    try {
      return await exchange(request, AbortSignal.any([signal, timeout]))
    } catch (error) {
      signal.throwIfAborted()
      if (timeout.aborted)
        throw new KbsError(
          'unreachable',
          `the KBS at ${url.origin} did not answer within ${timeoutMs / 1000} s`,
          {
            transient: true,
          },
        )
      throw unreachable(url.origin, error)
    }
  }
}
