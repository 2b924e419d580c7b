import type { Link } from '../channel/link.js'
import { resultExceeded } from './output.js'
import { piecesOf } from '../channel/pieces.js'
import type { GuestEnd } from '../channel/protocol.js'

/** Longer results may not fit into a frame as JSON. */
const SHORT_BYTES = 16 * 1024

/**
 * Sends a long result ahead in pieces, and returns the remaining end; beyond `maxBytes`, an `output` failure.
 * `null`: any length.
 */
export function sendResult(link: Link, end: GuestEnd, maxBytes: number | null): GuestEnd {
  if (end.kind !== 'returned') return end
  const length = Buffer.byteLength(end.text)
  if (maxBytes !== null && length > maxBytes) {
    const { code, message } = resultExceeded(maxBytes)
    return { kind: 'failed', code, error: message }
  }
  if (length <= SHORT_BYTES) return end
  for (const bytes of piecesOf(Buffer.from(end.text))) link.send({ type: 'result', bytes })
  return { kind: 'returned', text: '' }
}
