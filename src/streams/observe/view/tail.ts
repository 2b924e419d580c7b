import type { Piece, OutputStream } from '../../../model/view.js'

/** Contiguous output of one stream. */

export type TailRead = {
  /** Unread bytes that were dropped. */
  readonly skipped: number
  readonly pieces: readonly Piece[]
  /** Where to continue reading. */
  readonly next: number
}

export type Tail = {
  readonly write: (piece: Piece) => void
  readonly read: (from: number) => TailRead
  /** Total bytes written. */
  readonly total: () => number
  /** Memory use in bytes. */
  readonly held: () => number
}

const SMALLEST = 1024
/** Remembered switches between the streams; older output is attributed to the stream of the oldest one. */
const MAX_TURNS = 512

/** The last `max` bytes of guest output, both streams in order. Copies what it keeps. */
export const createTail = (max: number): Tail => {
  let ring = new Uint8Array(Math.min(SMALLEST, max))
  let total = 0
  const turns: { readonly at: number; readonly stream: OutputStream }[] = []

  const first = () => Math.max(0, total - ring.length)

  const copy = (from: number, until: number): Uint8Array => {
    const data = new Uint8Array(until - from)
    const at = from % ring.length
    const head = ring.subarray(at, at + data.length)
    data.set(head)
    data.set(ring.subarray(0, data.length - head.length), head.length)
    return data
  }
  const put = (data: Uint8Array, offset: number) => {
    const at = offset % ring.length
    const head = data.subarray(0, ring.length - at)
    ring.set(head, at)
    ring.set(data.subarray(head.length), 0)
  }
  const grow = (needed: number) => {
    if (ring.length >= Math.min(needed, max)) return
    const from = first()
    const kept = copy(from, total)
    ring = new Uint8Array(Math.min(max, Math.max(ring.length * 2, 2 ** Math.ceil(Math.log2(needed)))))
    put(kept, from)
  }
  const turn = (stream: OutputStream) => {
    if (turns.at(-1)?.stream === stream) return
    turns.push({ at: total, stream })
    while (turns.length > MAX_TURNS || (turns[1] !== undefined && turns[1].at <= first())) turns.shift()
  }

  return {
    write: ({ stream, data }) => {
      if (data.length === 0) return
      grow(total + data.length)
      turn(stream)
      const kept = data.subarray(Math.max(0, data.length - ring.length))
      put(kept, total + data.length - kept.length)
      total += data.length
    },
    read: (from) => {
      const begin = Math.max(from, first())
      const pieces = turns.flatMap(({ at, stream }, index): readonly Piece[] => {
        // The oldest is extended to the beginning: nothing before it is known.
        const start = index === 0 ? begin : Math.max(at, begin)
        const end = turns[index + 1]?.at ?? total
        return start < end ? [{ stream, data: copy(start, end) }] : []
      })
      return { skipped: Math.max(0, begin - from), pieces, next: total }
    },
    total: () => total,
    held: () => ring.length,
  }
}
