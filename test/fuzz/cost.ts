import { readFileSync } from 'node:fs'
import { GCProfiler, getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Maximum time, in milliseconds, for which an input may keep its thread busy. */
export const MAX_MS = 20
/** An input may use this many times its size in memory, plus `SPARE_BYTES`. */
const MAX_TIMES_SIZE = 3
/** V8's young generation, which holds garbage until it is collected, and code compiled in the first run. */
const SPARE_BYTES = 16 * 1024 * 1024

export const collector = (): (() => void) => {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}

/** Processor time of this thread in milliseconds, or of the process where the system does not report that. */
const busyMs = (): number => {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1e6
  } catch {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1000
  }
}

/** How long a run keeps this thread busy, not counting time when it waits or other processes use the processor. */
export const timed = async <T>(
  run: () => T | Promise<T>,
): Promise<{ readonly value: T; readonly ms: number }> => {
  const startedAt = performance.now()
  const before = busyMs()
  const value = await run()
  return { value, ms: Math.min(performance.now() - startedAt, busyMs() - before) }
}

/** Bytes in use, on and outside the heap. */
export const inUse = (): number => {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics()
  return heap + external
}

export const allowedBytes = (inputBytes: number): number => MAX_TIMES_SIZE * inputBytes + SPARE_BYTES

/**
 * The peak of memory that a run uses, in bytes, beyond what was in use before: on and outside the heap, including
 * garbage that is not collected yet.
 */
export const memoryOf = async (run: () => unknown): Promise<number> => {
  const collect = collector()
  collect()
  const profiler = new GCProfiler()
  profiler.start()
  const before = inUse()
  await run()
  const after = inUse()
  const peaks = profiler
    .stop()
    .statistics.map(
      ({ beforeGC: { heapStatistics } }) => heapStatistics.usedHeapSize + heapStatistics.externalMemory,
    )
  return Math.max(after, ...peaks) - before
}
