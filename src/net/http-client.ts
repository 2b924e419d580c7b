import { Agent as HttpAgent, request as requestHttp, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import { guardedLookup, guardLiteral, type Guard } from './guard.js'
import { tlsOptions, type TlsTrust } from './tls.js'

export type HttpClientOptions = {
  readonly tls: TlsTrust
  readonly userAgent?: string
  /** Maximum connections to one origin at a time, which are kept alive. 0: a new connection for each request. */
  readonly connections: number
}

export type HttpRequest = {
  /** Credentials in it become an `Authorization` header, unless there is one already. */
  readonly url: URL
  readonly guard: Guard
  readonly headers: Readonly<Record<string, string>>
  /** Sent by POST; without one the request is a GET. */
  readonly body?: string | Uint8Array
  readonly signal: AbortSignal
}

/** Sends requests, and keeps connections alive between them. */
export type HttpClient = {
  /**
   * Resolves to the response once its head has arrived, whatever the status; redirects are not followed, and the body is
   * requested without encoding. Rejects with the error of the connection, or with a `GuardError`.
   */
  readonly send: (request: HttpRequest) => Promise<IncomingMessage>
  readonly close: () => void
}

const portOf = ({ protocol, port }: URL): number => {
  if (port !== '') return Number(port)
  return protocol === 'https:' ? 443 : 80
}

/** Returns the text unchanged if it is not percent-encoded UTF-8. */
const percentDecoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const basicAuthorization = ({ username, password }: URL): Readonly<Record<string, string>> => {
  if (username === '' && password === '') return {}
  const credentials = `${percentDecoded(username)}:${percentDecoded(password)}`
  return { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }
}

/**
 * Creates clients that share TLS options, but not connections.
 * @example
 * const openClient = createHttpClients({ tls: { ca: undefined, verify: true }, connections: 1 })
 * const client = openClient()
 * const answer = await client.send({ url, guard, headers: {}, signal })
 */
export const createHttpClients = ({ tls, userAgent, connections }: HttpClientOptions): (() => HttpClient) => {
  const secure = tlsOptions(tls)

  return () => {
    const pooling = { keepAlive: connections > 0, ...(connections > 0 && { maxSockets: connections }) }
    // Made for the first request: many a client never sends one, and HTTP takes its time to load.
    let plainAgent: HttpAgent | undefined
    let secureAgent: HttpsAgent | undefined
    const agentFor = (protocol: string) =>
      protocol === 'https:'
        ? (secureAgent ??= new HttpsAgent({ ...pooling, ...secure }))
        : (plainAgent ??= new HttpAgent(pooling))

    const open = ({ url, guard, headers, body, signal }: HttpRequest) => {
      const port = portOf(url)
      guardLiteral(guard, url.hostname, port)
      const options = {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          ...(userAgent !== undefined && { 'user-agent': userAgent }),
          'accept-encoding': 'identity',
          ...basicAuthorization(url),
          ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
          ...headers,
        },
        lookup: guardedLookup(guard, port),
        signal,
      }
      const target = new URL(url)
      target.username = ''
      target.password = ''
      const request = url.protocol === 'https:' ? requestHttps : requestHttp
      return request(target, { ...options, agent: agentFor(url.protocol) })
    }

    return {
      send: (request) =>
        new Promise<IncomingMessage>((resolve, reject) => {
          const outgoing = open(request)
          outgoing.once('response', resolve)
          // It may come late, while the response is being read.
          outgoing.on('error', reject)
          outgoing.end(request.body)
        }),
      close: () => {
        plainAgent?.destroy()
        secureAgent?.destroy()
      },
    }
  }
}
