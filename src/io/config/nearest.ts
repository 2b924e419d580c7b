const distance = (a: string, b: string): number => {
  let row = Array.from({ length: Array.from(b).length + 1 }, (_, index) => index)
  for (const [i, left] of Array.from(a).entries()) {
    const next = [i + 1]
    for (const [j, right] of Array.from(b).entries()) {
      const replaced = (row[j] ?? 0) + (left === right ? 0 : 1)
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}

/** The candidate that `name` is most likely a slip of: at most a quarter of its characters differ. */
export const nearest = (name: string, candidates: readonly string[]): string | undefined => {
  if (name.length > 100) return undefined
  const ranked = candidates
    .map((candidate) => ({ candidate, edits: distance(name, candidate) }))
    .sort((a, b) => a.edits - b.edits)
  const [best] = ranked
  return best && best.edits <= Math.max(1, Math.floor(name.length / 4)) ? best.candidate : undefined
}

/** ` (did you mean X?)`, or nothing. */
export const suggestion = (name: string, candidates: readonly string[]): string => {
  const candidate = nearest(name, candidates)
  return candidate === undefined ? '' : ` (did you mean ${candidate}?)`
}
