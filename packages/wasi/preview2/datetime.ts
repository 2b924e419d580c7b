import { HostError } from '../host/errors.js'
import type { NewTime } from '../host/times.js'

/** `datetime` of wasi:clocks/wall-clock: the time since 1970. */
export type Datetime = { readonly seconds: bigint; readonly nanoseconds: number }

/** `new-timestamp` of wasi:filesystem/types. */
export type NewTimestamp =
  | { readonly tag: 'no-change' }
  | { readonly tag: 'now' }
  | { readonly tag: 'timestamp'; readonly val: Datetime }

const SECOND = 1_000_000_000n
/** The maximum of preview 1: the year 2554. */
const MAX_SECONDS = 2n ** 64n / SECOND

/** @param time nanoseconds since 1970, not negative */
export const toDatetime = (time: bigint): Datetime => ({
  seconds: time / SECOND,
  nanoseconds: Number(time % SECOND),
})

/** EINVAL: the nanoseconds are a second or more. EOVERFLOW: too late. */
export function toNewTime(timestamp: NewTimestamp): NewTime {
  switch (timestamp.tag) {
    case 'no-change':
      return 'keep'
    case 'now':
      return 'now'
    case 'timestamp': {
      const { seconds, nanoseconds } = timestamp.val
      if (nanoseconds >= Number(SECOND)) throw new HostError('EINVAL')
      if (seconds >= MAX_SECONDS) throw new HostError('EOVERFLOW')
      return seconds * SECOND + BigInt(nanoseconds)
    }
  }
}
