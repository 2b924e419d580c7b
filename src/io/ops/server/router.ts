import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Logger } from '../../log/log.js'
import { answer } from './answer.js'
import { isLocalHost } from '../../../net/local-host.js'

/** A handler of a path. `HEAD` calls that of `GET`, and discards the body. */
export type OpsRoute = {
  readonly method: 'GET' | 'POST'
  /** The exact path, without a query. */
  readonly path: string
  /** Responds before or after it returns. Exceptions are logged and become a 500. */
  readonly handle: (request: IncomingMessage, response: ServerResponse, url: URL) => void
}

export type RouterOptions = {
  readonly routes: readonly OpsRoute[]
  /** Respond only to requests whose Host names this machine. */
  readonly localOnly: boolean
  readonly log: Pick<Logger, 'error'>
}

/** Maximum size of a request body, in bytes. */
const MAX_BODY = 4096

const COMMON_HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const

const parse = (target: string): URL | undefined => {
  try {
    return new URL(target, 'http://localhost')
  } catch {
    return undefined
  }
}

/** Node.js enforces the announced length, so no other check is needed. */
const refusalOfBody = ({ headers }: IncomingMessage): { readonly status: number } | undefined => {
  if (headers['transfer-encoding'] !== undefined) return { status: 411 }
  return Number(headers['content-length'] ?? 0) > MAX_BODY ? { status: 413 } : undefined
}

/** Dispatches requests to routes, and answers all others. */
export const createRouter = ({ routes, localOnly, log }: RouterOptions): RequestListener => {
  const paths = new Map<string, readonly OpsRoute[]>()
  for (const route of routes) paths.set(route.path, [...(paths.get(route.path) ?? []), route])

  const refuse = (response: ServerResponse, status: number, why: string, headers = {}) =>
    answer(response, `${why}\n`, { status, headers })

  return (request, response) => {
    for (const [name, value] of Object.entries(COMMON_HEADERS)) response.setHeader(name, value)
    const body = refusalOfBody(request)
    if (body !== undefined) {
      // The rest of the body is not awaited.
      refuse(response, body.status, 'body refused', { connection: 'close' })
      return
    }
    const { host } = request.headers
    if (localOnly && host !== undefined && !isLocalHost(host)) {
      refuse(
        response,
        421,
        'this server answers only requests whose Host names this machine, such as localhost',
      )
      return
    }
    const url = parse(request.url ?? '/')
    if (url === undefined) {
      refuse(response, 400, 'bad request')
      return
    }
    const found = paths.get(url.pathname)
    if (found === undefined) {
      refuse(response, 404, 'not found')
      return
    }
    const method = request.method === 'HEAD' ? 'GET' : request.method
    const route = found.find((each) => each.method === method)
    if (route === undefined) {
      const allow = found.map((each) => (each.method === 'GET' ? 'GET, HEAD' : each.method)).join(', ')
      refuse(response, 405, 'method not allowed', { allow })
      return
    }
    try {
      route.handle(request, response, url)
    } catch (error) {
      log.error({ err: error, path: route.path }, 'The HTTP server for operators failed to answer')
      if (response.headersSent) response.destroy()
      else refuse(response, 500, 'internal error')
    }
  }
}
