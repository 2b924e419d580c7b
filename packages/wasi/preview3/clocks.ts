import { Later } from '@proplet/component/link/async/host.js'
import { Clocks } from '../host/clocks.js'
import { toDatetime, type Datetime } from '../preview2/datetime.js'

const clocks = new Clocks()

/** The maximum delay of a Node.js timer, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1

/** Done once the monotonic clock reaches `due`, in nanoseconds: at once, or by a timer, so that other tasks run meanwhile. */
function sleepUntil(due: bigint): Later | undefined {
  if (due <= clocks.now('monotonic')) return undefined
  return new Later((done) => {
    let timer: NodeJS.Timeout | undefined
    const check = () => {
      const left = due - clocks.now('monotonic')
      if (left <= 0n) done(undefined)
      else timer = setTimeout(check, Math.min(Math.ceil(Number(left) / 1e6), LONGEST_TIMER))
    }
    check()
    return () => clearTimeout(timer)
  })
}

/** `wasi:clocks/monotonic-clock`; all values in nanoseconds. */
export const monotonicClock = {
  now: (): bigint => clocks.now('monotonic'),
  getResolution: (): bigint => clocks.resolution('monotonic'),
  waitUntil: sleepUntil,
  waitFor: (duration: bigint): Later | undefined => sleepUntil(clocks.now('monotonic') + duration),
}

/** `wasi:clocks/system-clock`: an instant is the time since 1970. */
export const systemClock = {
  now: (): Datetime => toDatetime(clocks.now('realtime')),
  getResolution: (): bigint => clocks.resolution('realtime'),
}

/** `wasi:clocks/timezone`: always UTC, whatever the host uses. */
export const timezone = {
  ianaId: (): string => 'UTC',
  utcOffset: (): bigint => 0n,
  toDebugString: (): string => 'UTC',
}
