import type { Latency, LatencyPhase } from '../../../model/view.js'

const PHASES: readonly LatencyPhase[] = ['fetch', 'queue', 'start', 'run', 'publish', 'total']

export type Latencies = {
  readonly add: (phase: LatencyPhase, ms: number) => void
  /** For phases that some task has gone through. */
  readonly read: () => readonly Latency[]
  /** Grows with each value. */
  readonly version: () => number
}

type Window = { readonly values: Float64Array; count: number }

const quantile = (sorted: Float64Array, q: number): number =>
  sorted[Math.max(0, Math.ceil(sorted.length * q) - 1)] ?? 0

/** The latest `size` durations of each phase. */
export const createLatencies = (size: number): Latencies => {
  const windows = new Map<LatencyPhase, Window>()
  let version = 0
  return {
    add: (phase, ms) => {
      const window = windows.get(phase) ?? { values: new Float64Array(size), count: 0 }
      windows.set(phase, window)
      window.values[window.count % size] = ms
      window.count += 1
      version += 1
    },
    read: () =>
      PHASES.flatMap((phase) => {
        const window = windows.get(phase)
        if (window === undefined) return []
        const sorted = window.values.slice(0, Math.min(size, window.count)).sort()
        return {
          phase,
          count: window.count,
          p50: quantile(sorted, 0.5),
          p95: quantile(sorted, 0.95),
          max: quantile(sorted, 1),
        }
      }),
    version: () => version,
  }
}
