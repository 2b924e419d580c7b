import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Pair } from './certs.js'

export type Exchange = { readonly request: IncomingMessage; readonly response: ServerResponse }

export type WebServer = {
  readonly port: number
  /** `http://127.0.0.1:PORT`, or `https://localhost:PORT`. */
  readonly origin: string
  /** The requests received, in order. */
  readonly requests: readonly IncomingMessage[]
  readonly close: () => Promise<void>
}

const listen = (server: Server): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })

/** Starts a web server on a free port of 127.0.0.1. */
export const startWebServer = async (
  answer: (exchange: Exchange, index: number) => void,
  pair?: Pair,
): Promise<WebServer> => {
  const requests: IncomingMessage[] = []
  const listener: RequestListener = (request, response) => {
    requests.push(request)
    response.on('error', () => undefined)
    answer({ request, response }, requests.length - 1)
  }
  const server =
    pair === undefined
      ? createServer(listener)
      : createTlsServer({ cert: pair.cert, key: pair.key }, listener)
  const port = await listen(server)
  return {
    port,
    origin: pair === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Responds with a body of known length. */
export const sendBody = (
  { response }: Exchange,
  body: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
  status = 200,
): void => {
  response.writeHead(status, { 'content-length': String(body.length), ...headers })
  response.end(body)
}
