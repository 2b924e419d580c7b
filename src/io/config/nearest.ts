/** The number of characters to replace, insert, delete, or swap with their neighbour. */
const distance = (a: string, b: string): number => {
  const [from, to] = [Array.from(a), Array.from(b)]
  let above: readonly number[] = []
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [i, left] of from.entries()) {
    const next = [i + 1]
    for (const [j, right] of to.entries()) {
      const replaced = (row[j] ?? 0) + (left === right ? 0 : 1)
      const isSwapped = i > 0 && j > 0 && left === to[j - 1] && right === from[i - 1]
      const swapped = isSwapped ? (above[j - 1] ?? 0) + 1 : Infinity
      next.push(Math.min(replaced, swapped, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    above = row
    row = next
  }
  return row.at(-1) ?? 0
}

/** The candidate that `name` is probably a misspelling of: at most a quarter of its characters differ. */
export const nearest = (name: string, candidates: readonly string[]): string | undefined => {
  if (name.length > 100) return undefined
  const ranked = candidates
    .map((candidate) => ({ candidate, edits: distance(name, candidate) }))
    .sort((a, b) => a.edits - b.edits)
  const [best] = ranked
  return best && best.edits <= Math.max(1, Math.floor(name.length / 4)) ? best.candidate : undefined
}

/** ` (did you mean X?)`, or an empty text. */
export const suggestion = (name: string, candidates: readonly string[]): string => {
  const candidate = nearest(name, candidates)
  return candidate === undefined ? '' : ` (did you mean ${candidate}?)`
}
