import type { IncomingMessage } from 'node:http'
import type { Guard } from '../../../net/guard.js'
import { createHttpClients } from '../../../net/http-client.js'
import type { TlsTrust } from '../../../net/tls.js'
import { connectionError } from './errors.js'

export type HttpOptions = {
  readonly guard: Guard
  readonly tls: TlsTrust
  readonly userAgent: string
}

export type Wanted = {
  readonly url: URL
  /** Its name in errors. */
  readonly what: string
  readonly headers: Readonly<Record<string, string>>
  /** A form to post; without one, the request is a GET. */
  readonly form?: URLSearchParams
  readonly signal: AbortSignal
}

/** The connections of one download. */
export type Http = {
  /**
   * Resolves to the head of the response, whatever its status; redirects are not followed. Rejects with a
   * `DownloadError`.
   */
  readonly send: (wanted: Wanted) => Promise<IncomingMessage>
  readonly close: () => void
}

/** Maximum connections per origin. */
const CONNECTIONS = 2
const FORM = { 'content-type': 'application/x-www-form-urlencoded' } as const

/** Creates connections for downloads; each download has its own, which are closed at its end. */
export const createHttp = ({ guard, ...options }: HttpOptions): (() => Http) => {
  const openClient = createHttpClients({ ...options, connections: CONNECTIONS })
  return () => {
    const client = openClient()
    return {
      send: ({ what, form, headers, ...request }) =>
        client
          .send({
            ...request,
            guard,
            headers: form === undefined ? headers : { ...FORM, ...headers },
            ...(form !== undefined && { body: form.toString() }),
          })
          .catch((error: unknown) => {
            throw connectionError(what, error)
          }),
      close: () => client.close(),
    }
  }
}
