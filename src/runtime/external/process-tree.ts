import { readdirSync, readFileSync } from 'node:fs'
import { readResidentBytes } from '../embedded/watchdog.js'

const MAX_PROCESSES = 256

/** Resident bytes of a process and of those it started, Linux only; undefined when it is gone. */
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

function childrenOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1')
        .split(' ')
        .filter((child) => child !== '')
        .map(Number),
    )
  } catch {
    return []
  }
}
