import type { RawMemory } from '../memory.js'
import type { Services } from '../services.js'
import type { L, N, RawInterface } from './interface.js'

export const rawClock = ({ clock }: Services, memory: RawMemory): RawInterface => {
  const time = (at: { readonly seconds: L; readonly nanoseconds: N }, seconds: N, nanoseconds: N) => {
    memory.u64(seconds, at.seconds)
    memory.u32(nanoseconds, at.nanoseconds)
    return 0
  }
  return {
    'system-time': ['ii', (seconds: N, nanos: N) => time(clock.systemTime(), seconds, nanos)],
    'monotonic-time': ['ii', (seconds: N, nanos: N) => time(clock.monotonicTime(), seconds, nanos)],
    resolution: ['i', (at: N) => memory.u64(at, clock.resolution())],
    sleep: ['l', (duration: L) => clock.sleep(duration)],
  }
}
