import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import type { Sliced } from '../model/sliced.js'

/** Bytes processed at once: hashing, copying or decoding them takes about a millisecond. */
export const SLICE = 1024 * 1024

/** The pieces in order, cut to at most `SLICE` bytes. */
export function* slicesOf(pieces: readonly Uint8Array[]): Generator<Uint8Array> {
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at += SLICE) yield piece.subarray(at, at + SLICE)
  }
}

/** Like `slicesOf`, but lets the event loop turn after each megabyte; throws if the signal is aborted. */
async function* pacedSlicesOf(
  pieces: readonly Uint8Array[],
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  let handled = 0
  for (const slice of slicesOf(pieces)) {
    yield slice
    handled += slice.length
    if (handled >= SLICE) {
      await setImmediate(undefined, { signal })
      handled = 0
    }
  }
}

/** Time for slices within one turn of the event loop, in milliseconds. */
const TURN_MS = 4

/** Runs the slices in as many turns of the event loop as they need; throws when the signal is aborted. */
export const inTurns = async <T>(work: Sliced<T>, signal: AbortSignal): Promise<T> => {
  for (;;) {
    await setImmediate(undefined, { signal })
    const until = performance.now() + TURN_MS
    do {
      const next = work.next()
      if (next.done === true) return next.value
    } while (performance.now() < until)
  }
}

export const sizeOf = (pieces: readonly Uint8Array[]): number =>
  pieces.reduce((sum, { length }) => sum + length, 0)

/** `sha256:…`, computed at once: for less than a megabyte. */
export const digestOfBytes = (bytes: Uint8Array): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** `sha256:…` of the pieces in order. */
export const digestOf = async (pieces: readonly Uint8Array[], signal: AbortSignal): Promise<string> => {
  const hash = createHash('sha256')
  for await (const slice of pacedSlicesOf(pieces, signal)) hash.update(slice)
  return `sha256:${hash.digest('hex')}`
}

/** The pieces as one; a single piece is returned unchanged. */
export const joined = async (pieces: readonly Uint8Array[], signal: AbortSignal): Promise<Uint8Array> => {
  const [only] = pieces
  if (only !== undefined && pieces.length === 1) return only
  const bytes = new Uint8Array(sizeOf(pieces))
  let at = 0
  for await (const slice of pacedSlicesOf(pieces, signal)) {
    bytes.set(slice, at)
    at += slice.length
  }
  return bytes
}
