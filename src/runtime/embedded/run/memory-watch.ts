import { formatBytes } from '@proplet/component/units.js'
import type { Guest } from '../guests/guest.js'
import type { Watchdog } from './watchdog.js'

/** A process needs more than its linear memory: Node.js itself (45 MB), compiled code, tables and the working compiler. */
const RESIDENT_ALLOWANCE_BYTES = 256 * 1024 * 1024

/** Calls `exceeded` once, with the error text. Returns a function that ends the watch; threads cannot be watched. */
export function watchMemory(
  guest: Guest,
  watchdog: Watchdog,
  memoryMaxBytes: number,
  exceeded: (error: string) => void,
): () => void {
  if (guest.pid === undefined) return () => undefined
  return watchdog.watch(
    () => guest.residentBytes(),
    memoryMaxBytes + RESIDENT_ALLOWANCE_BYTES,
    (residentBytes) => {
      const size = formatBytes(residentBytes)
      exceeded(`memory limit of ${formatBytes(memoryMaxBytes)} exceeded: the guest's process uses ${size}`)
    },
  )
}
