import { HostError } from './errors.js'

/** `cpu`: processor time of the process since the clocks were created. */
export type ClockName = 'realtime' | 'monotonic' | 'cpu'

/** Nanoseconds; limited by Node.js: `Date.now` counts milliseconds, `process.cpuUsage` microseconds. */
const resolutions: Readonly<Record<ClockName, bigint>> = { realtime: 1_000_000n, monotonic: 1n, cpu: 1_000n }

/** The maximum duration of one `Atomics.wait`, in milliseconds. */
const LONGEST_WAIT = 2 ** 31 - 1

/** The clocks of one guest; all values in nanoseconds. */
export class Clocks {
  readonly #cpuBefore = process.cpuUsage()

  now(clock: ClockName): bigint {
    switch (clock) {
      case 'realtime':
        return BigInt(Date.now()) * 1_000_000n
      case 'monotonic':
        return process.hrtime.bigint()
      case 'cpu': {
        const { user, system } = process.cpuUsage(this.#cpuBefore)
        return BigInt(user + system) * 1_000n
      }
    }
  }

  resolution(clock: ClockName): bigint {
    return resolutions[clock]
  }

  /** Blocks the thread until `clock` reaches `deadline`. */
  sleepUntil(clock: ClockName, deadline: bigint): void {
    if (clock === 'cpu') throw new HostError('EINVAL', 'processor time does not pass in sleep')
    const cell = new Int32Array(new SharedArrayBuffer(4))
    for (;;) {
      const left = deadline - this.now(clock)
      if (left <= 0n) return
      Atomics.wait(cell, 0, 0, Math.min(Number(left) / 1e6, LONGEST_WAIT))
    }
  }
}
