import { setFlagsFromString } from 'node:v8'

/**
 * Changes what `small-heap.ts` has set, for a while: with dense tasks that flag costs a quarter of the processor time, and a
 * fifth of the throughput. What V8 then takes it gives back once the flag is set again.
 */
export class HeapBalance {
  #isForSpeed = false

  /** Whether V8 prefers speed to a small heap. */
  preferSpeed(isPreferred: boolean): void {
    if (isPreferred === this.#isForSpeed) return
    this.#isForSpeed = isPreferred
    setFlagsFromString(isPreferred ? '--no-optimize-for-size' : '--optimize-for-size')
  }

  /** Runs `work` with the flags of the start: V8 refuses compiled code that was stored under others. */
  withFlagsOfStart(work: () => void): void {
    const wasForSpeed = this.#isForSpeed
    this.preferSpeed(false)
    try {
      work()
    } finally {
      this.preferSpeed(wasForSpeed)
    }
  }
}
