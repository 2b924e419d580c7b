import type { IncomingMessage } from 'node:http'

/**
 * Reads the whole body of a small response as UTF-8 text.
 * @param maxBytes of the body
 * @param tooLarge the error to reject with beyond that
 */
export const readAnswer = async (
  answer: IncomingMessage,
  maxBytes: number,
  tooLarge: () => Error,
): Promise<string> => {
  const pieces: Buffer[] = []
  let size = 0
  const body: AsyncIterable<Buffer> = answer
  for await (const piece of body) {
    size += piece.length
    if (size > maxBytes) throw tooLarge()
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}
