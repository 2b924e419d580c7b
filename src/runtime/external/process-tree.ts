import { childrenOf, readResidentBytes } from '../../host/process-figures.js'

const MAX_PROCESSES = 256

/** Resident bytes of a process and its descendants, on Linux only; undefined if it is gone. */
export function readTreeResidentBytes(root: number): number | undefined {
  let bytes = readResidentBytes(root)
  if (bytes === undefined) return undefined
  const seen = new Set([root])
  for (const pid of seen) {
    if (pid !== root) bytes += readResidentBytes(pid) ?? 0
    for (const child of childrenOf(pid)) {
      if (seen.size < MAX_PROCESSES) seen.add(child)
    }
  }
  return bytes
}
