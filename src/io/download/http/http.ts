import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls'
import { connectionError } from './errors.js'
import { guardedLookup, guardLiteral } from '../../../net/guard.js'
import type { Reach } from '../../../net/reach.js'

export type HttpOptions = {
  readonly reach: Reach
  readonly tls: {
    /** PEM, beside the authorities that Node.js knows. */
    readonly ca: string | undefined
    readonly verify: boolean
  }
  readonly userAgent: string
}

export type Wanted = {
  readonly url: URL
  /** How it is named in errors. */
  readonly what: string
  readonly headers: Readonly<Record<string, string>>
  /** A form that is posted; without one it is a GET. */
  readonly form?: URLSearchParams
  readonly signal: AbortSignal
}

/** The connections of one download. */
export type Http = {
  /** The head of the answer, whatever its status; redirects are not followed. Rejects with a `DownloadError`. */
  readonly send: (wanted: Wanted) => Promise<IncomingMessage>
  readonly close: () => void
}

const contextOf = (ca: string | undefined): SecureContext | undefined =>
  ca === undefined ? undefined : createSecureContext({ ca: [...rootCertificates, ca] })

/** Makes the connections of downloads; each download has its own, which end with it. */
export const createHttp = ({ reach, tls, userAgent }: HttpOptions): (() => Http) => {
  // Made once: reading all authorities takes milliseconds.
  const secureContext = contextOf(tls.ca)
  const lookup = guardedLookup(reach)

  return () => {
    const options = { keepAlive: true, maxSockets: 2 }
    const plain = new Agent(options)
    const secure = new HttpsAgent({
      ...options,
      rejectUnauthorized: tls.verify,
      ...(secureContext !== undefined && { secureContext }),
    })
    const open = ({ url, headers, form, signal }: Wanted) => {
      guardLiteral(reach, url)
      const common = {
        method: form === undefined ? 'GET' : 'POST',
        headers: { 'user-agent': userAgent, 'accept-encoding': 'identity', ...headers },
        lookup,
        signal,
      }
      // Credentials travel as a header of ours, never as a part of the URL.
      const target = new URL(url)
      target.username = ''
      target.password = ''
      return url.protocol === 'https:'
        ? httpsRequest(target, { ...common, agent: secure })
        : httpRequest(target, { ...common, agent: plain })
    }
    return {
      send: (wanted) =>
        new Promise<IncomingMessage>((resolve, reject) => {
          const fail = (error: unknown) => reject(connectionError(wanted.what, error))
          try {
            const request = open(wanted)
            request.once('response', resolve)
            request.on('error', fail)
            if (wanted.form !== undefined)
              request.setHeader('content-type', 'application/x-www-form-urlencoded')
            request.end(wanted.form?.toString())
          } catch (error) {
            fail(error)
          }
        }),
      close: () => {
        plain.destroy()
        secure.destroy()
      },
    }
  }
}
