const FIRST_MS = 100
const LONGEST_MS = 5000

/** How long to wait after so many failures in a row: 0 after none, then 100 ms, doubled each time up to 5 s. */
export function backoffMs(failures: number): number {
  return failures === 0 ? 0 : Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1))
}
