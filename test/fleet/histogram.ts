const WIDTH = 50

/** A text histogram: a line per step, with a `#` for every so many times. */
export const histogram = (times: readonly number[], stepMs: number): readonly string[] => {
  const counts: number[] = []
  for (const time of times) {
    const step = Math.max(0, Math.floor(time / stepMs))
    counts[step] = (counts[step] ?? 0) + 1
  }
  const most = Math.max(1, ...counts.filter(Boolean))
  const each = Math.max(1, Math.ceil(most / WIDTH))
  return Array.from({ length: counts.length }, (_, step) => {
    const count = counts[step] ?? 0
    const bar = '#'.repeat(Math.ceil(count / each))
    return `${String(step * stepMs).padStart(6)} ms ${String(count).padStart(4)} ${bar}`.trimEnd()
  })
}

/** The largest number of times within one step. */
export const peak = (times: readonly number[], stepMs: number): number => {
  const counts = new Map<number, number>()
  for (const time of times) {
    const step = Math.floor(time / stepMs)
    counts.set(step, (counts.get(step) ?? 0) + 1)
  }
  return Math.max(0, ...counts.values())
}
