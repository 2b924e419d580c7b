import { cpus } from 'node:os'
import { join } from 'node:path'
import { readText } from './read-text.js'

/** Time of all cores since boot; only the ratio of two differences is meaningful. */
export type CpuTimes = { readonly busy: number; readonly total: number }

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

const fromStat = (text: string): CpuTimes | undefined => {
  const line = text.split('\n').find((candidate) => candidate.startsWith('cpu '))
  // user nice system idle iowait irq softirq steal; guest times, behind these, are part of user and nice: proc(5)
  const times = line?.trim().split(/\s+/).slice(1, 9).map(Number)
  if (times === undefined || times.length < 4 || times.some(Number.isNaN)) return undefined
  const total = sum(times)
  return { busy: total - (times[3] ?? 0) - (times[4] ?? 0), total }
}

const fromNode = (): CpuTimes => {
  const times = cpus().map((core) => core.times)
  const total = sum(times.flatMap((core) => Object.values(core)))
  return { busy: total - sum(times.map((core) => core.idle)), total }
}

/** The current times, from procfs below `root`, or else from Node.js. */
export const cpuTimes = async (root = '/'): Promise<CpuTimes> => {
  const text = await readText(join(root, 'proc/stat'))
  return (text === undefined ? undefined : fromStat(text)) ?? fromNode()
}

/** The percentage of all cores in use between two readings. */
export const cpuPercent = (before: CpuTimes, after: CpuTimes): number => {
  const total = after.total - before.total
  return total > 0 ? Math.min(100, Math.max(0, ((after.busy - before.busy) / total) * 100)) : 0
}
