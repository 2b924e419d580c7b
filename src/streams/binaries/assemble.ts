import type { Chunk } from '../../model/command.js'

/** The effect of one chunk. */
export type Taken =
  | { readonly type: 'progress'; readonly received: number; readonly total: number }
  | { readonly type: 'complete'; readonly pieces: readonly Uint8Array[]; readonly total: number }
  | { readonly type: 'ignored'; readonly reason: string }
  | { readonly type: 'oversized'; readonly size: number }

export type Assembly = {
  readonly take: (chunk: Chunk) => Taken
  /** Bytes held, including overhead. */
  readonly size: () => number
}

type Sequence = { readonly pieces: Map<number, Uint8Array>; size: number }

/** Concurrent chunk sequences of one image; any further one is ignored. */
const MAX_SEQUENCES = 3

/** Rough overhead of one chunk, so that endless empty chunks count against the limit. */
export const CHUNK_OVERHEAD_BYTES = 256

/** Four bytes at a time where they are aligned: a chunk may have ten megabytes. */
const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false
  const isAligned = a.byteOffset % 4 === 0 && b.byteOffset % 4 === 0
  const words = isAligned ? Math.floor(a.length / 4) : 0
  const wordsOfA = new Uint32Array(a.buffer, isAligned ? a.byteOffset : 0, words)
  const wordsOfB = new Uint32Array(b.buffer, isAligned ? b.byteOffset : 0, words)
  for (let i = 0; i < words; i += 1) if (wordsOfA[i] !== wordsOfB[i]) return false
  for (let i = words * 4; i < a.length; i += 1) if (a[i] !== b[i]) return false
  return true
}

/**
 * Puts the chunks of one image together. Chunks carry neither a digest nor a request id, and servers with different
 * chunk sizes may answer for one name (spec/wire.md, trap 14). So chunks that disagree on `total` belong to different
 * sequences, and the first sequence that is complete wins. A chunk that differs from the one held at its index means
 * that the tag has moved, and the sequence restarts.
 */
export const createAssembly = (maxBytes: number): Assembly => {
  const sequences = new Map<number, Sequence>()
  let held = 0

  const drop = (total: number) => {
    const sequence = sequences.get(total)
    if (sequence === undefined) return
    held -= sequence.size + sequence.pieces.size * CHUNK_OVERHEAD_BYTES
    sequences.delete(total)
  }
  const open = (total: number): Sequence => {
    const sequence = { pieces: new Map<number, Uint8Array>(), size: 0 }
    sequences.set(total, sequence)
    return sequence
  }

  const take = ({ index, total, data }: Chunk): Taken => {
    let sequence = sequences.get(total)
    if (sequence === undefined) {
      if (sequences.size >= MAX_SEQUENCES)
        return { type: 'ignored', reason: `contradictory total_chunks ${total}` }
      sequence = open(total)
    }
    const present = sequence.pieces.get(index)
    if (present !== undefined) {
      if (sameBytes(present, data)) return { type: 'ignored', reason: `duplicate chunk ${index} of ${total}` }
      drop(total)
      sequence = open(total)
    }
    // All chunks but the last have the same size, so any of them shows whether the whole image fits.
    const size = Math.max(sequence.size + data.length, index < total - 1 ? data.length * (total - 1) : 0)
    if (size > maxBytes) {
      drop(total)
      return { type: 'oversized', size }
    }
    sequence.pieces.set(index, data)
    sequence.size += data.length
    held += data.length + CHUNK_OVERHEAD_BYTES
    if (sequence.pieces.size < total) return { type: 'progress', received: sequence.pieces.size, total }
    const pieces = [...sequence.pieces].sort(([a], [b]) => a - b).map(([, piece]) => piece)
    return { type: 'complete', pieces, total }
  }

  return { take, size: () => held }
}
