import type { IncomingMessage } from 'node:http'
import { DownloadError } from '../../../model/download.js'
import { connectionError } from './errors.js'

/** The announced length of a message, in bytes; undefined if it is not announced. */
export const lengthOf = ({ headers }: IncomingMessage): number | undefined => {
  const text = headers['content-length']
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

/** Abandons a response without reading its body, and closes its connection. */
export const drop = (response: IncomingMessage): void => {
  response.on('error', () => undefined)
  response.destroy()
}

/** The pieces of a body as they arrive. Rejects with a `DownloadError`. */
export async function* piecesOf(response: IncomingMessage, what: string): AsyncGenerator<Uint8Array, void> {
  const encoding = response.headers['content-encoding']?.toLowerCase() ?? 'identity'
  if (encoding !== 'identity') {
    drop(response)
    throw new DownloadError(`${what}: an unrequested content encoding`)
  }
  const body: AsyncIterator<unknown, undefined> = response[Symbol.asyncIterator]()
  try {
    for (;;) {
      const { done, value } = await body.next().catch((error: unknown) => {
        throw connectionError(what, error)
      })
      if (done === true) return
      if (value instanceof Uint8Array) yield value
    }
  } finally {
    if (!response.complete) drop(response)
  }
}

/** The body of a small response as text. */
export const textOf = async (response: IncomingMessage, what: string, maxBytes: number): Promise<Buffer> => {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of piecesOf(response, what)) {
    size += piece.length
    if (size > maxBytes) throw new DownloadError(`${what}: more than ${maxBytes} bytes`)
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}
