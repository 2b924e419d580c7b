import { createServer, type IncomingMessage } from 'node:http'
import { parseObject, type JsonObject } from '../json.js'

export type JsonRequest = {
  readonly method: string
  /** Decoded segments of the path. */
  readonly segments: readonly string[]
  /** Undefined if the body is not a JSON object. */
  readonly body: JsonObject | undefined
}

/** The status and body of a response. */
export type JsonAnswer = { readonly status: number; readonly body?: unknown }

export type JsonServer = { readonly url: string; readonly close: () => Promise<void> }

const MAX_BODY_BYTES = 64 * 1024 * 1024

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const pieces: Buffer[] = []
  let size = 0
  const body: AsyncIterable<Buffer> = request
  for await (const piece of body) {
    size += piece.length
    if (size > MAX_BODY_BYTES) throw new Error('too large')
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

/** Serves JSON on a free port of this machine. An exception of `answer` becomes a 400. */
export const startJsonServer = async (answer: (request: JsonRequest) => JsonAnswer): Promise<JsonServer> => {
  const server = createServer((request, response) => {
    const { method = '', url = '/' } = request
    void bodyOf(request)
      .then((body) =>
        answer({
          method,
          segments: new URL(url, 'http://server').pathname.split('/').slice(1).map(decodeURIComponent),
          body: parseObject(body),
        }),
      )
      .catch(() => ({ status: 400 }) satisfies JsonAnswer as JsonAnswer)
      .then(({ status, body }) => {
        const text = Buffer.from(JSON.stringify(body ?? {}, undefined, 1))
        response
          .writeHead(status, { 'content-type': 'application/json', 'content-length': text.length })
          .end(text)
      })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address !== 'object') throw new Error('no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
