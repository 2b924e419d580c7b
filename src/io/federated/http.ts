import type { IncomingMessage } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import { TextDecoder } from 'node:util'
import type { Observable } from 'rxjs'
import { abortable } from '../abortable.js'
import { createHttpClients } from '../../net/http-client.js'
import type { NetworkOptions } from '../../net/policy.js'
import { brokenExchange, exchange, type Sent } from './exchange.js'
import { JsonError, JsonScanner } from './json-scanner.js'
import { type FederatedHttp, ExchangeError } from '../../model/federated.js'

export type FederatedHttpOptions = {
  readonly network: NetworkOptions
  /** Maximum size of a response body, in bytes. */
  readonly maxBytes: number
}

/** Bytes of the response to an update that are read and dropped. */
const DRAINED_BYTES = 64 * 1024

const tooLarge = (maxBytes: number) =>
  new ExchangeError(`its answer is larger than ${maxBytes} bytes (PROPLET_FL_MAX_BYTES)`, false)

const noJson = (problem: string) => new ExchangeError(`its answer is not JSON: ${problem}`, false)

const checkHead = ({ headers }: IncomingMessage, maxBytes: number): void => {
  const encoding = headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity')
    throw new ExchangeError(`its answer is compressed (${encoding}), which was not requested`, false)
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes)
}

/** Reads the JSON text of a response without white space between tokens, checking each piece as it arrives. */
const readJson = async (answer: IncomingMessage, maxBytes: number): Promise<string> => {
  checkHead(answer, maxBytes)
  const scanner = new JsonScanner()
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const texts: string[] = []
  let size = 0
  const body: AsyncIterable<Buffer> = answer
  try {
    for await (const piece of body) {
      size += piece.length
      if (size > maxBytes) throw tooLarge(maxBytes)
      texts.push(decoder.decode(scanner.push(piece), { stream: true }))
      // Otherwise all data that has arrived would be processed in one turn.
      await setImmediate()
    }
    scanner.end()
    texts.push(decoder.decode())
  } catch (error) {
    if (error instanceof JsonError) throw noJson(error.message)
    throw isBadText(error) ? noJson('expected UTF-8') : error
  }
  const text = texts.join('')
  // Processing the result takes time, too.
  await setImmediate()
  return text
}

const isBadText = (error: unknown): boolean =>
  error instanceof TypeError && 'code' in error && error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA'

/** Reads the rest of the response and drops it. */
const drain = async (answer: IncomingMessage): Promise<void> => {
  const body: AsyncIterable<Buffer> = answer
  let size = 0
  for await (const piece of body) if ((size += piece.length) > DRAINED_BYTES) return
}

/** HTTP for federated learning. Connections are not kept: there are few requests, far apart. */
export const createFederatedHttp = ({
  network: { rules, tls },
  maxBytes,
}: FederatedHttpOptions): FederatedHttp => {
  const deps = { client: createHttpClients({ tls, connections: 0 })(), rules }
  const done = <T>(sent: Sent, work: (signal: AbortSignal) => Promise<T>): Observable<T> =>
    abortable((signal) =>
      work(signal).catch((error: unknown) => {
        throw brokenExchange(error, sent)
      }),
    )
  return {
    get: (endpoint) => {
      const sent = { method: 'GET' } as const
      return done(sent, async (signal) => {
        const answer = await exchange(endpoint, sent, deps, signal)
        try {
          return await readJson(answer, maxBytes)
        } finally {
          answer.on('error', () => undefined).destroy()
        }
      })
    },
    post: (endpoint, json) => {
      const sent = { method: 'POST', body: Buffer.from(json) } as const
      return done(sent, async (signal) => {
        const answer = await exchange(endpoint, sent, deps, signal)
        // The update was accepted, whatever becomes of the rest of the response.
        await drain(answer).catch(() => undefined)
        return true
      })
    },
  }
}
