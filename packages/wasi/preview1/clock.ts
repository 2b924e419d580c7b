import type { ClockName } from '../host/clocks.js'
import { HostError } from '../host/errors.js'
import { answer } from './errno.js'
import type { Guest } from './guest.js'

/**
 * `__wasi_clockid_t`. Node.js cannot report the processor time of one thread, so both processor clocks are those of the process.
 */
const clockNames: readonly ClockName[] = ['realtime', 'monotonic', 'cpu', 'cpu']

/** EINVAL: no such clock. */
export function clockOf(id: number): ClockName {
  const name = clockNames[id]
  if (name === undefined) throw new HostError('EINVAL')
  return name
}

/** `clock_*`. */
export function clockFunctions({ memory, clocks }: Guest) {
  return {
    clock_res_get: answer((id: number, result: number) => {
      memory.setU64(result, clocks.resolution(clockOf(id)))
    }),
    clock_time_get: answer((id: number, _precision: bigint, result: number) => {
      memory.setU64(result, clocks.now(clockOf(id)))
    }),
  }
}
