import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Whether a request carries the token as `Authorization: Bearer …`; compared in constant time. */
export const createTokenCheck = (token: string): ((request: IncomingMessage) => boolean) => {
  const wanted = digest(token)
  return ({ headers }) => {
    const given = /^Bearer ([^\s]+)$/i.exec(headers.authorization ?? '')?.[1] ?? ''
    return timingSafeEqual(digest(given), wanted)
  }
}
