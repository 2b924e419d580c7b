import { Clocks } from '@proplet/wasi/host/clocks.js'

const SECOND = 1_000_000_000n

export type Time = { readonly seconds: bigint; readonly nanoseconds: number }

const timeOf = (nanoseconds: bigint): Time => ({
  seconds: nanoseconds / SECOND,
  nanoseconds: Number(nanoseconds % SECOND),
})

/** The clocks of one instance. */
export class Clock {
  readonly #clocks = new Clocks()
  readonly #startedAt = this.#clocks.now('monotonic')

  systemTime(): Time {
    return timeOf(this.#clocks.now('realtime'))
  }

  /** Time since the instance was created. */
  monotonicTime(): Time {
    return timeOf(this.#clocks.now('monotonic') - this.#startedAt)
  }

  /** Nanoseconds. */
  resolution(): bigint {
    return this.#clocks.resolution('monotonic')
  }

  /** Blocks the guest for some nanoseconds; a stop or the time limit ends it. */
  sleep(duration: bigint): void {
    this.#clocks.sleepUntil('monotonic', this.#clocks.now('monotonic') + duration)
  }
}
