import { BODY_PIECE_BYTES } from './protocol.js'

/** Splits bytes into pieces that fit into frames; at least one piece, which may be empty. */
export function piecesOf(bytes: Uint8Array): readonly Uint8Array[] {
  const count = Math.max(1, Math.ceil(bytes.length / BODY_PIECE_BYTES))
  return Array.from({ length: count }, (_, at) =>
    bytes.subarray(at * BODY_PIECE_BYTES, (at + 1) * BODY_PIECE_BYTES),
  )
}
