import type { IncomingMessage } from 'node:http'
import type { Framing } from './framing.js'

/** Maximum size of a body that is read before the guest runs. The daemon streams longer ones. */
const MAX_BYTES = 48 * 1024
/** How long such a body may take to arrive, in milliseconds. */
const MAX_MS = 10

const NOTHING = Buffer.alloc(0)

/** Reads a whole request if it is short and arrives soon. Calls one of the callbacks, or neither if the client disconnects. */
export function readRequest(
  request: IncomingMessage,
  { length, isChunked }: Framing,
  bodyMaxBytes: number,
  { whole, tooMuch }: { readonly whole: (body: Buffer) => void; readonly tooMuch: () => void },
): void {
  if (!isChunked && length === 0) {
    whole(NOTHING)
    return
  }
  const maxBytes = Math.min(MAX_BYTES, bodyMaxBytes)
  if (length > maxBytes) {
    tooMuch()
    return
  }
  const pieces: Buffer[] = []
  let bytes = 0
  let isSettled = false
  const settle = (next: () => void) => {
    if (isSettled) return
    isSettled = true
    clearTimeout(timer)
    next()
  }
  const timer = setTimeout(() => settle(tooMuch), MAX_MS)
  request.on('data', (piece: Buffer) => {
    bytes += piece.length
    if (bytes > maxBytes) settle(tooMuch)
    else pieces.push(piece)
  })
  request.once('end', () => settle(() => whole(Buffer.concat(pieces))))
  request.once('close', () => settle(() => undefined))
}
