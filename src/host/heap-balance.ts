import { setFlagsFromString } from 'node:v8'

/**
 * Temporarily reverses the first of `heap-flags.ts`: with dense tasks it costs a quarter of the processor time and a fifth of
 * the throughput. V8 releases the additional memory once the flag is set again.
 */
export class HeapBalance {
  #isForSpeed = false

  /** Whether V8 prefers speed to a small heap. */
  preferSpeed(isPreferred: boolean): void {
    if (isPreferred === this.#isForSpeed) return
    this.#isForSpeed = isPreferred
    setFlagsFromString(isPreferred ? '--no-optimize-for-size' : '--optimize-for-size')
  }

  /** Runs `work` with the flags of the start, because V8 refuses compiled code stored under different flags. */
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
