import { totalmem } from 'node:os'
import { defer, of } from 'rxjs'
import type { Runtime, Usage } from '../../model/runtime.js'
import type { TaskSampler } from '../../streams/background/task-metrics.js'

const perSecond = (amount: number, ms: number): number | undefined =>
  ms > 0 ? (amount / ms) * 1000 : undefined

const cpuPercent = (before: Usage | undefined, now: Usage): number | undefined => {
  if (now.cpuSeconds === undefined) return undefined
  const rate = perSecond(now.cpuSeconds - (before?.cpuSeconds ?? 0), now.elapsedMs - (before?.elapsedMs ?? 0))
  return rate === undefined ? undefined : Math.max(0, rate * 100)
}

/** Samples tasks of the runtime; undefined if it does not report usage. */
export const createTaskSampler = (
  runtime: Pick<Runtime, 'usage'>,
  totalMemoryBytes = totalmem(),
): ((id: string) => TaskSampler) | undefined =>
  runtime.usage === undefined
    ? undefined
    : (id) => {
        let before: Usage | undefined
        return () =>
          defer(() => {
            const now = runtime.usage?.(id)
            if (now === undefined) return of(undefined)
            const { memoryBytes } = now
            const sample = {
              cpuPercent: cpuPercent(before, now),
              memoryBytes,
              memoryPercent: memoryBytes === undefined ? undefined : (memoryBytes / totalMemoryBytes) * 100,
              diskReadBytes: now.diskReadBytes,
              diskWriteBytes: now.diskWriteBytes,
              uptimeSeconds: now.elapsedMs / 1000,
              threadCount: now.threads,
              fileDescriptorCount: now.fileDescriptors,
            }
            before = now
            return of(sample)
          })
      }
