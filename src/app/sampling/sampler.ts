import { setImmediate } from 'node:timers/promises'
import { defer, firstValueFrom } from 'rxjs'
import { childrenOf, readProcess } from '../../host/process-figures.js'
import type { Runtime } from '../../model/runtime.js'
import type { TaskSampler } from '../../streams/background/task-metrics.js'
import type { Sample } from '../../streams/observe/view/points.js'
import type { Sampler } from '../../streams/observe/view/sampling.js'
import { createHostMetrics } from '../../host/metrics.js'
import { createTaskSampler } from './task-sampler.js'

/** Processes examined before yielding to the event loop; about 0.05 ms each. */
const SLICE = 32
const MAX_PROCESSES = 4096

type Children = { readonly cpuSeconds: number; readonly memoryBytes: number }

/** All descendants of this process; undefined if there is no `/proc`. */
const readChildren = async (): Promise<Children | undefined> => {
  const own = readProcess(process.pid)
  if (own === undefined) return undefined
  let cpuSeconds = own.cpuSecondsOfEnded
  let memoryBytes = 0
  const pids = childrenOf(process.pid)
  // The list grows while it is iterated.
  for (const [index, pid] of pids.entries()) {
    if (index >= MAX_PROCESSES) break
    const child = readProcess(pid)
    if (child !== undefined) {
      cpuSeconds += child.cpuSeconds + child.cpuSecondsOfEnded
      memoryBytes += child.memoryBytes
      pids.push(...childrenOf(pid))
    }
    if (index % SLICE === SLICE - 1) await setImmediate()
  }
  return { cpuSeconds, memoryBytes }
}

/** Samples the host, this process, its children, and tasks of the runtime. */
export const createSampler = (runtime: Pick<Runtime, 'usage'>): Sampler => {
  const host = createHostMetrics()
  const samplerOf = createTaskSampler(runtime)
  let samplers = new Map<number, TaskSampler>()
  let before: { readonly cpuSeconds: number; readonly at: number } | undefined

  const sampleTasks = async (tasks: Parameters<Sampler>[0]): Promise<Sample['tasks']> => {
    const found = new Map<number, { readonly cpu: number | undefined; readonly memory: number | undefined }>()
    if (samplerOf === undefined) return found
    samplers = new Map(tasks.map(({ key, id }) => [key, samplers.get(key) ?? samplerOf(id)]))
    let count = 0
    for (const [key, sample] of samplers) {
      const taken = await firstValueFrom(sample())
      if (taken !== undefined) found.set(key, { cpu: taken.cpuPercent, memory: taken.memoryBytes })
      if (++count % SLICE === 0) await setImmediate()
    }
    return found
  }

  const sample = async (asked: Parameters<Sampler>[0]): Promise<Sample> => {
    const [figures, children, tasks] = await Promise.all([
      firstValueFrom(host.sample()),
      readChildren(),
      sampleTasks(asked),
    ])
    const at = performance.now()
    const tasksCpu =
      children === undefined || before === undefined
        ? undefined
        : Math.max(0, ((children.cpuSeconds - before.cpuSeconds) / (at - before.at)) * 1000 * 100)
    if (children !== undefined) before = { cpuSeconds: children.cpuSeconds, at }
    return {
      cpu: figures.cpu_metrics.percent,
      tasksCpu,
      hostCpu: figures.host_metrics.cpu_percent,
      memory: figures.memory_metrics.rss_bytes,
      tasksMemory: children?.memoryBytes,
      hostMemory: figures.host_metrics.memory_used_bytes,
      hostMemoryTotal: figures.host_metrics.memory_total_bytes,
      tasks,
    }
  }
  return (tasks) => defer(() => sample(tasks))
}
