import type { BigIntStats } from 'node:fs'

/** A new time of a file: nanoseconds since 1970, the time that it is, or the one that it has. */
export type NewTime = bigint | 'now' | 'keep'

export type NewTimes = { readonly accessed: NewTime; readonly modified: NewTime }

/**
 * The two times for Node's `utimes` family, in seconds. Those take doubles and so keep microseconds at best; Node 20
 * has no way to leave a time alone either, so a kept one is read and written again.
 */
export function toSeconds(
  times: NewTimes,
  current: () => BigIntStats,
): readonly [number, number] | undefined {
  if (times.accessed === 'keep' && times.modified === 'keep') return undefined
  const keeps = times.accessed === 'keep' || times.modified === 'keep'
  const stats = keeps ? current() : undefined
  return [seconds(times.accessed, stats?.atimeNs), seconds(times.modified, stats?.mtimeNs)]
}

function seconds(time: NewTime, kept = 0n): number {
  if (time === 'now') return Date.now() / 1000
  return Number((time === 'keep' ? kept : time) / 1000n) / 1e6
}
