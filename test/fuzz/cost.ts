import { readFileSync } from 'node:fs'
import { GCProfiler, getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** No input may keep its thread busy for longer, in milliseconds. */
export const MAX_MS = 20
/** No input may take more memory than so many times its size, and `SPARE_BYTES`. */
const MAX_TIMES_SIZE = 3
/** V8's young generation, which is garbage until it is collected, and what the first run of some code compiles. */
const SPARE_BYTES = 16 * 1024 * 1024

export const collector = (): (() => void) => {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}

/** Processor time of this thread, in milliseconds; where the system does not tell it, of this process. */
const busyMs = (): number => {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1e6
  } catch {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1000
  }
}

/** How long a run keeps this thread busy: not what passes while others have the processor, or while it waits. */
export const timed = async <T>(
  run: () => T | Promise<T>,
): Promise<{ readonly value: T; readonly ms: number }> => {
  const startedAt = performance.now()
  const before = busyMs()
  const value = await run()
  return { value, ms: Math.min(performance.now() - startedAt, busyMs() - before) }
}

/** Bytes in use, on the heap and outside of it. */
export const inUse = (): number => {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics()
  return heap + external
}

export const allowedBytes = (inputBytes: number): number => MAX_TIMES_SIZE * inputBytes + SPARE_BYTES

/**
 * The most memory that a run has in use at a time, in bytes, beside what was in use before: on the heap and outside of it, garbage
 * included until it is collected.
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
