import { createTail, type Tail } from './tail.js'
import type { Piece } from '../../../model/view.js'

export type TailLimits = {
  /** Bytes kept of each task. */
  readonly tailBytes: number
  /** Memory for all tasks together in bytes; the least recently written output is dropped first. */
  readonly tailsBytes: number
}

/** The last output of many tasks, by key. */
export type Tails = {
  readonly write: (key: number, piece: Piece) => void
  readonly of: (key: number) => Tail | undefined
  readonly forget: (key: number) => void
}

export const createTails = ({ tailBytes, tailsBytes }: TailLimits): Tails => {
  /** Least recently written first. */
  const tails = new Map<number, Tail>()
  let held = 0

  const forget = (key: number) => {
    held -= tails.get(key)?.held() ?? 0
    tails.delete(key)
  }
  return {
    write: (key, piece) => {
      const tail = tails.get(key) ?? createTail(tailBytes)
      forget(key)
      tail.write(piece)
      tails.set(key, tail)
      held += tail.held()
      for (const oldest of tails.keys()) {
        if (held <= tailsBytes || oldest === key) break
        forget(oldest)
      }
    },
    of: (key) => tails.get(key),
    forget,
  }
}
