/**
 * Resource usage of one process or of several together; undefined where the host does not report it. The first three only
 * grow, and include children that ended and were waited for: proc(5).
 *
 * @example
 * ```ts
 * const megabytes = ({ memoryBytes = 0 }: Figures) => memoryBytes / 1e6
 * ```
 */
export type Figures = {
  /** All threads, in user and kernel mode. Counted in ticks of 10 ms for processes, in nanoseconds for threads. */
  readonly cpuSeconds: number | undefined
  /** Actual storage I/O: what caches served does not count. */
  readonly diskReadBytes: number | undefined
  readonly diskWriteBytes: number | undefined
  /** Resident. */
  readonly memoryBytes: number | undefined
  readonly threads: number | undefined
  readonly fileDescriptors: number | undefined
}

/**
 * The figures that only grow: subtract two readings to get the usage in between.
 *
 * @example
 * ```ts
 * const secondsBetween = (before: Counters, after: Counters) => (after.cpuSeconds ?? 0) - (before.cpuSeconds ?? 0)
 * ```
 */
export type Counters = Pick<Figures, 'cpuSeconds' | 'diskReadBytes' | 'diskWriteBytes'>
