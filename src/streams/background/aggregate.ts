import type { TaskSample } from '../../model/task-sample.js'

/** Aggregates over a task's history, under their wire names; omitted if no sample has the figure. */
export type Aggregated = {
  /** Percent of one core. */
  readonly avg_cpu_usage?: number
  readonly max_cpu_usage?: number
  /** Bytes. */
  readonly avg_memory_usage?: number
  readonly max_memory_usage?: number
  /** Bytes since the task began. */
  readonly total_disk_read?: number
  readonly total_disk_write?: number
  readonly sample_count: number
}

/** Mean and maximum of a sliding window, in constant amortised time. */
const createWindow = () => {
  const values: number[] = []
  /** Decreasing: each is the maximum once those before it have left. */
  const maxima: number[] = []
  let sum = 0
  return {
    push: (value: number) => {
      values.push(value)
      sum += value
      while ((maxima.at(-1) ?? Infinity) < value) maxima.pop()
      maxima.push(value)
    },
    shift: () => {
      const value = values.shift()
      if (value === undefined) return
      sum -= value
      if (maxima[0] === value) maxima.shift()
    },
    get mean(): number {
      return values.length === 0 ? 0 : Math.max(0, sum / values.length)
    },
    get max(): number {
      return maxima[0] ?? 0
    },
    get size(): number {
      return values.length
    },
  }
}

/**
 * Adds a sample and returns the aggregates of the last `size`; null if none are kept. Samples without a figure do
 * not count for its mean.
 */
export const createAggregate = (size: number): ((sample: TaskSample) => Aggregated | null) => {
  if (size === 0) return () => null
  const kept: TaskSample[] = []
  const cpu = createWindow()
  const memory = createWindow()
  return (sample) => {
    kept.push(sample)
    if (sample.cpuPercent !== undefined) cpu.push(sample.cpuPercent)
    if (sample.memoryBytes !== undefined) memory.push(sample.memoryBytes)
    const left = kept.length > size ? kept.shift() : undefined
    if (left?.cpuPercent !== undefined) cpu.shift()
    if (left?.memoryBytes !== undefined) memory.shift()
    const { diskReadBytes, diskWriteBytes } = sample
    return {
      ...(cpu.size === 0 ? {} : { avg_cpu_usage: cpu.mean, max_cpu_usage: cpu.max }),
      ...(memory.size === 0
        ? {}
        : { avg_memory_usage: Math.round(memory.mean), max_memory_usage: memory.max }),
      ...(diskReadBytes === undefined ? {} : { total_disk_read: diskReadBytes }),
      ...(diskWriteBytes === undefined ? {} : { total_disk_write: diskWriteBytes }),
      sample_count: kept.length,
    }
  }
}
