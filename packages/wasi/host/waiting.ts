import type { Clocks } from './clocks.js'

/** Something that can be waited for without an event loop. */
export type Readiness = {
  /** Never blocks. */
  ready(): boolean
  /**
   * Blocks the thread until it is ready, or until the monotonic clock reaches `deadline` (nanoseconds; undefined for no limit).
   * May return early, but not at once, or the thread would spin.
   */
  wait(deadline: bigint | undefined): void
}

/** Something that can be waited for with an event loop. */
export type Notifier = {
  /** Calls `done` once, in a later turn of the event loop, when it is ready; returns a function that cancels that. */
  notify(done: () => void): () => void
}

/** A time of the monotonic clock, in nanoseconds. */
export type Timer = { readonly due: bigint }

export type Waitable = Readiness | Timer

/** If several have no timers, each is waited for in turn, this many nanoseconds at a time. */
const TURN = 1_000_000n

export const isDue = (waitable: Waitable, clocks: Clocks): boolean =>
  'due' in waitable ? clocks.now('monotonic') >= waitable.due : waitable.ready()

/** Blocks the thread until one of them is ready; there must be at least one. */
export function waitForAny(waitables: readonly Waitable[], clocks: Clocks): void {
  const [only] = waitables
  if (waitables.length === 1 && only !== undefined && isUntimed(only)) {
    // Waiting for a single one may be cheaper than checking whether it is ready.
    do only.wait(undefined)
    while (!only.ready())
    return
  }
  const deadline = soonest(waitables)
  const untimed = waitables.filter(isUntimed)
  for (let turn = 0; !waitables.some((waitable) => isDue(waitable, clocks)); turn++) {
    const next = untimed[turn % untimed.length]
    if (next !== undefined) {
      next.wait(untimed.length === 1 ? deadline : earlier(deadline, clocks.now('monotonic') + TURN))
    } else if (deadline !== undefined) {
      clocks.sleepUntil('monotonic', deadline)
    }
  }
}

const isUntimed = (waitable: Waitable): waitable is Readiness => !('due' in waitable)

function soonest(waitables: readonly Waitable[]): bigint | undefined {
  let first: bigint | undefined
  for (const waitable of waitables) {
    if ('due' in waitable) first = earlier(first, waitable.due)
  }
  return first
}

const earlier = (first: bigint | undefined, second: bigint): bigint =>
  first !== undefined && first < second ? first : second
