import { Clocks } from '../host/clocks.js'
import { toDatetime, type Datetime } from './datetime.js'
import { Pollable } from './pollable.js'

const clocks = new Clocks()

/** `wasi:clocks/monotonic-clock`; all values in nanoseconds. */
export const monotonicClock = {
  now: (): bigint => clocks.now('monotonic'),
  resolution: (): bigint => clocks.resolution('monotonic'),
  subscribeInstant: (when: bigint): Pollable => new Pollable({ due: when }),
  subscribeDuration: (duration: bigint): Pollable =>
    new Pollable({ due: clocks.now('monotonic') + duration }),
}

/** `wasi:clocks/wall-clock`. */
export const wallClock = {
  now: (): Datetime => toDatetime(clocks.now('realtime')),
  resolution: (): Datetime => toDatetime(clocks.resolution('realtime')),
}

/** `wasi:clocks/timezone`: always UTC, whatever the host uses. */
export const timezone = {
  display: () => ({ utcOffset: 0, name: 'UTC', inDaylightSavingTime: false }),
  utcOffset: (): number => 0,
}
