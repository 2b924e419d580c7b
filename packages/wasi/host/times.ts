import type { BigIntStats } from 'node:fs'

/** A new time of a file: nanoseconds since 1970, the time that it is, or the one that it has. */
export type NewTime = bigint | 'now' | 'keep'

export type NewTimes = { readonly accessed: NewTime; readonly modified: NewTime }

/**
 * The two times for Node's `utimes` family, in seconds. Those take doubles and keep microseconds; Node 20 has no way to
 * leave one time alone either, so a kept one is read and written again. Undefined: both are kept.
 */
export function toSeconds(
  times: NewTimes,
  current: () => BigIntStats,
): readonly [string, string] | undefined {
  if (times.accessed === 'keep' && times.modified === 'keep') return undefined
  const keeps = times.accessed === 'keep' || times.modified === 'keep'
  const stats = keeps ? current() : undefined
  return [seconds(times.accessed, stats?.atimeNs), seconds(times.modified, stats?.mtimeNs)]
}

// As text, because Node takes a negative number, a time before 1970, for the present.
function seconds(time: NewTime, kept = 0n): string {
  const microseconds = time === 'now' ? BigInt(Date.now()) * 1000n : (time === 'keep' ? kept : time) / 1000n
  // libuv cuts to whole microseconds, and a double may be just short of the one that is meant.
  const beyond = microseconds % 1_000_000n === 0n ? 0 : microseconds < 0n ? -0.5 : 0.5
  return String((Number(microseconds) + beyond) / 1e6)
}
