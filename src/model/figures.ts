/**
 * What a process, or some of them together, used and holds. What the host does not tell is undefined. The first three
 * only grow, and hold what children used that have ended and were waited for: proc(5).
 */
export type Figures = {
  /** Of all threads, in user and kernel mode. Accounted in ticks of 10 ms for processes, in nanoseconds for threads. */
  readonly cpuSeconds: number | undefined
  /** Read from, and caused to be written to, storage; not what caches served. */
  readonly diskReadBytes: number | undefined
  readonly diskWriteBytes: number | undefined
  /** Resident. */
  readonly memoryBytes: number | undefined
  readonly threads: number | undefined
  readonly fileDescriptors: number | undefined
}

export type Counters = Pick<Figures, 'cpuSeconds' | 'diskReadBytes' | 'diskWriteBytes'>
