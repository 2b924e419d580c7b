import { positive } from './options.js'

const SECOND = 1_000_000_000n
/** The maximum of Linux, in seconds. */
const MAX_SECONDS = 32_767n
const MAX_COUNT = 127

/** Keep-alive settings of the guest; times in nanoseconds. */
export class KeepAlive {
  enabled = false
  #idle = 7200n * SECOND
  #interval = 75n * SECOND
  #count = 9

  get idle(): bigint {
    return this.#idle
  }

  get interval(): bigint {
    return this.#interval
  }

  get count(): number {
    return this.#count
  }

  setIdle(value: bigint): void {
    this.#idle = seconds(value)
  }

  setInterval(value: bigint): void {
    this.#interval = seconds(value)
  }

  setCount(value: number): void {
    this.#count = Math.min(Number(positive(BigInt(value))), MAX_COUNT)
  }

  copy(from: KeepAlive): void {
    this.enabled = from.enabled
    this.#idle = from.#idle
    this.#interval = from.#interval
    this.#count = from.#count
  }
}

/** Systems support whole seconds only. */
function seconds(value: bigint): bigint {
  const rounded = (positive(value) + SECOND - 1n) / SECOND
  return (rounded > MAX_SECONDS ? MAX_SECONDS : rounded) * SECOND
}
