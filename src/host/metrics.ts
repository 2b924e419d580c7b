import { join } from 'node:path'
import { getHeapStatistics } from 'node:v8'
import { defer, type Observable } from 'rxjs'
import { containerMemory, type ContainerMemory } from './cgroup.js'
import { cpuPercent, cpuTimes } from './cpu.js'
import { readText } from './read-text.js'

/** The figures of the metrics message, under their wire names. */
export type ProcessMetrics = {
  /** This process. `percent` is since the previous sample, of one core: two busy threads give 200. */
  readonly cpu_metrics: {
    readonly user_seconds: number
    readonly system_seconds: number
    readonly percent: number
  }
  readonly memory_metrics: ContainerMemory & {
    readonly rss_bytes: number
    /** In use by objects. */
    readonly heap_alloc_bytes: number
    /** Reserved for the heap. */
    readonly heap_sys_bytes: number
    /** Of that, backed by memory. */
    readonly heap_inuse_bytes: number
  }
  /** The whole host; `cpu_percent` is of all cores, since the previous sample. */
  readonly host_metrics: {
    readonly cpu_percent: number
    readonly memory_total_bytes: number
    readonly memory_used_bytes: number
  }
}

export type HostMetrics = {
  /** Cold: takes one sample and completes. */
  readonly sample: () => Observable<ProcessMetrics>
}

const MICROSECONDS = 1e6

const KIB = 1024

/** Of Linux, as a kernel file has it; undefined on other systems. */
const kernelMemory = async (root: string) => {
  const text = (await readText(join(root, 'proc/meminfo'))) ?? ''
  const [total = NaN, available = NaN] = ['MemTotal', 'MemAvailable'].map(
    (name) => Number(new RegExp(`^${name}:\\s*(\\d+) kB$`, 'm').exec(text)?.[1]) * KIB,
  )
  return total >= available ? { total, available } : undefined
}

/**
 * Elsewhere of systeminformation, which is imported by its own path, because all of it takes 40 ms to load, and only for the first
 * sample; even the part keeps 0.4 MB.
 */
const hostMemory = async (root: string) => {
  const { total, available } =
    (await kernelMemory(root)) ?? (await (await import('systeminformation/lib/memory.js')).mem())
  return { memory_total_bytes: total, memory_used_bytes: Math.max(0, total - available) }
}

const ownCpu = () => ({ usage: process.cpuUsage(), at: process.hrtime.bigint() })

/** Samples this process and its host. Files are read below `root`. */
export const createHostMetrics = (root = '/'): HostMetrics => {
  let latest = { own: ownCpu(), host: cpuTimes(root) }

  const sample = async (): Promise<ProcessMetrics> => {
    const previous = latest
    const now = { own: ownCpu(), host: cpuTimes(root) }
    latest = now
    const [before, after, container, memory] = await Promise.all([
      previous.host,
      now.host,
      containerMemory(root),
      hostMemory(root),
    ])
    const { usage, at } = now.own
    const used = usage.user + usage.system - previous.own.usage.user - previous.own.usage.system
    const elapsed = Number(at - previous.own.at) / 1000
    const heap = getHeapStatistics()
    return {
      cpu_metrics: {
        user_seconds: usage.user / MICROSECONDS,
        system_seconds: usage.system / MICROSECONDS,
        percent: elapsed > 0 ? (used / elapsed) * 100 : 0,
      },
      memory_metrics: {
        rss_bytes: process.memoryUsage.rss(),
        heap_alloc_bytes: heap.used_heap_size,
        heap_sys_bytes: heap.total_heap_size,
        heap_inuse_bytes: heap.total_physical_size,
        ...container,
      },
      host_metrics: { cpu_percent: cpuPercent(before, after), ...memory },
    }
  }
  return { sample: () => defer(sample) }
}
