import { readFileSync } from 'node:fs'

const INTERVAL_MS = 50

/**
 * Looks at the resident size of processes, with one timer for all and none while there is nothing to watch. Read from
 * `/proc/<pid>/status`, in kilobytes, since the pages that `statm` counts are 4, 16 or 64 KB; it costs the same.
 */
export class Watchdog {
  readonly #watched = new Map<number, { limitBytes: number; exceeded: (residentBytes: number) => void }>()
  readonly #measure: (pid: number) => number | undefined
  readonly #intervalMs: number
  #timer: NodeJS.Timeout | undefined

  /** `measure` gives the bytes of a process. */
  constructor(measure = readResidentBytes, intervalMs = INTERVAL_MS) {
    this.#measure = measure
    this.#intervalMs = intervalMs
  }

  /** Calls `exceeded` once, when the process has grown beyond the limit. Returns how to end the watch. */
  watch(pid: number, limitBytes: number, exceeded: (residentBytes: number) => void): () => void {
    this.#watched.set(pid, { limitBytes, exceeded })
    this.#timer ??= setInterval(() => this.#look(), this.#intervalMs).unref()
    return () => void this.#watched.delete(pid)
  }

  #look(): void {
    for (const [pid, { limitBytes, exceeded }] of this.#watched) {
      const residentBytes = this.#measure(pid)
      if (residentBytes === undefined || residentBytes <= limitBytes) continue
      this.#watched.delete(pid)
      exceeded(residentBytes)
    }
    if (this.#watched.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}

/** Undefined for a process that is gone, and where there is no `/proc`. */
export function readResidentBytes(pid: number): number | undefined {
  let status: string
  try {
    status = readFileSync(`/proc/${pid}/status`, 'latin1')
  } catch {
    return undefined
  }
  const kilobytes = /^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1]
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
}
