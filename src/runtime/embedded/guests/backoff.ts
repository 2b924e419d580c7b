const FIRST_MS = 100
const LONGEST_MS = 5000

/** The delay after this many consecutive failures: 0 after none, then 100 ms, doubling up to 5 s. */
export function backoffMs(failures: number): number {
  return failures === 0 ? 0 : Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1))
}
