import { formatBytes } from '@proplet/component/units.js'
import type { Guest } from '../guests/guest.js'
import type { Watchdog } from './watchdog.js'

/** A process is more than its linear memory: Node itself (45 MB), compiled code, tables and the compiler at work. */
const RESIDENT_ALLOWANCE_BYTES = 256 * 1024 * 1024

/** Calls `exceeded`, once, with what to say of it. Returns how to end the watch; threads can't be watched. */
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
