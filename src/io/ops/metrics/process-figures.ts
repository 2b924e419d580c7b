import { readdir } from 'node:fs/promises'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Counter, Gauge, type Registry } from 'prom-client'
import { firstValueFrom } from 'rxjs'
import { createHostMetrics, type ProcessMetrics } from '../../../host/metrics.js'
import { packageVersion } from '../../../host/version.js'

/** Interval between measurements of event loop delay, in milliseconds; each takes some microseconds. */
const RESOLUTION_MS = 20
const NANOSECONDS = 1e9

type Sample = {
  readonly cpu: ProcessMetrics['cpu_metrics']
  readonly memory: ProcessMetrics['memory_metrics']
  readonly external: number
  readonly descriptors: number | undefined
}

type Figure = readonly [
  kind: 'gauge' | 'counter',
  name: string,
  help: string,
  value: (sample: Sample) => number | undefined,
]

/** The customary names for Node.js programs, and those of the current release. */
const FIGURES: readonly Figure[] = [
  ['counter', 'process_cpu_user_seconds_total', 'CPU time in user mode', ({ cpu }) => cpu.user_seconds],
  ['counter', 'process_cpu_system_seconds_total', 'CPU time in the kernel', ({ cpu }) => cpu.system_seconds],
  ['counter', 'process_cpu_seconds_total', 'CPU time', ({ cpu }) => cpu.user_seconds + cpu.system_seconds],
  ['gauge', 'process_start_time_seconds', 'Start, since 1970', () => performance.timeOrigin / 1000],
  ['gauge', 'process_resident_memory_bytes', 'Resident memory', ({ memory }) => memory.rss_bytes],
  ['gauge', 'process_open_fds', 'Open file descriptors', ({ descriptors }) => descriptors],
  ['gauge', 'nodejs_heap_size_total_bytes', 'Size of the heap', ({ memory }) => memory.heap_sys_bytes],
  ['gauge', 'nodejs_heap_size_used_bytes', 'Heap in use', ({ memory }) => memory.heap_alloc_bytes],
  ['gauge', 'nodejs_external_memory_bytes', 'Memory of buffers', ({ external }) => external],
  ['counter', 'proplet_cpu_user_seconds_total', 'CPU time in user mode', ({ cpu }) => cpu.user_seconds],
  ['counter', 'proplet_cpu_system_seconds_total', 'CPU time in the kernel', ({ cpu }) => cpu.system_seconds],
  [
    'gauge',
    'proplet_cpu_usage_ratio',
    'CPU usage since the previous scrape; 1.0 is one core',
    ({ cpu }) => cpu.percent / 100,
  ],
  ['gauge', 'proplet_memory_rss_bytes', 'Process RSS memory', ({ memory }) => memory.rss_bytes],
  [
    'gauge',
    'proplet_memory_container_usage_bytes',
    'Container memory usage (from cgroup)',
    ({ memory }) => memory.container_usage_bytes,
  ],
  [
    'gauge',
    'proplet_memory_container_limit_bytes',
    'Container memory limit (from cgroup; 0 = unlimited)',
    ({ memory }) => memory.container_usage_bytes && (memory.container_limit_bytes ?? 0),
  ],
]

const openDescriptors = (): Promise<number | undefined> =>
  readdir('/proc/self/fd').then(
    // One of them is that of the directory that was just read.
    ({ length }) => length - 1,
    () => undefined,
  )

/** Event loop delay since the last collection, in seconds, without the timer's own interval. */
const eventLoopDelay = () => {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  histogram.enable()
  const seconds = (nanoseconds: number) => Math.max(0, nanoseconds - RESOLUTION_MS * 1e6) / NANOSECONDS || 0
  return {
    take: () => {
      const { mean, max } = histogram
      const figures = { mean, p50: histogram.percentile(50), p99: histogram.percentile(99), max }
      histogram.reset()
      return Object.entries(figures).map(([stat, value]) => [stat, seconds(value)] as const)
    },
    close: () => histogram.disable(),
  }
}

/** Metrics of the daemon's own process, updated by `refresh`. Figures that the host does not provide are omitted. */
export const processFigures = (registry: Registry) => {
  const registers = [registry]
  const host = createHostMetrics()
  const loop = eventLoopDelay()
  const late = new Gauge({
    name: 'proplet_event_loop_delay_seconds',
    help: 'Event loop delay since the previous scrape',
    labelNames: ['stat'],
    registers,
  })
  const { version } = packageVersion()
  new Gauge({
    name: 'proplet_build_info',
    help: 'Versions of the proplet and of Node.js',
    labelNames: ['version', 'node'],
    registers,
  }).set({ version, node: process.version }, 1)
  const metrics = new Map<string, Gauge | Counter>()

  /** Registered with its first value, so that figures that the host does not provide are absent. */
  const set = ([kind, name, help]: Figure, value: number) => {
    const metric =
      metrics.get(name) ??
      (kind === 'gauge' ? new Gauge({ name, help, registers }) : new Counter({ name, help, registers }))
    metrics.set(name, metric)
    metric.reset()
    metric.inc(value)
  }
  const sample = async (): Promise<Sample> => {
    const [{ cpu_metrics: cpu, memory_metrics: memory }, descriptors] = await Promise.all([
      firstValueFrom(host.sample()),
      openDescriptors(),
    ])
    return { cpu, memory, external: process.memoryUsage().external, descriptors }
  }
  return {
    refresh: async () => {
      const taken = await sample()
      for (const [stat, value] of loop.take()) late.set({ stat }, value)
      for (const figure of FIGURES) {
        const value = figure[3](taken)
        if (value !== undefined) set(figure, value)
      }
    },
    close: loop.close,
  }
}
