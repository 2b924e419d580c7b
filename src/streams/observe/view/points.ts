import type { Point, Totals } from '../../../model/view.js'

/** One sample of the host, the daemon, its children, and the requested tasks. */
export type Sample = Omit<Point, 'at' | 'running' | 'waiting'> & {
  /** By key; percent of one core, and bytes. */
  readonly tasks: ReadonlyMap<
    number,
    { readonly cpu: number | undefined; readonly memory: number | undefined }
  >
}

export type Points = {
  readonly add: (sample: Sample, totals: Totals, at: number) => void
  /** Points after this time, oldest first. */
  readonly since: (at: number) => readonly Point[]
}

/** The points of the last `windowMs`, at most `max`. */
export const createPoints = (windowMs: number, max: number): Points => {
  const points: Point[] = []
  return {
    add: (sample, { running, waiting }, at) => {
      points.push({
        at,
        cpu: sample.cpu,
        tasksCpu: sample.tasksCpu,
        hostCpu: sample.hostCpu,
        memory: sample.memory,
        tasksMemory: sample.tasksMemory,
        hostMemory: sample.hostMemory,
        hostMemoryTotal: sample.hostMemoryTotal,
        running,
        waiting,
      })
      while (points.length > max || (points[0] !== undefined && points[0].at < at - windowMs)) points.shift()
    },
    since: (at) => {
      const from = points.findIndex((point) => point.at > at)
      return from === -1 ? [] : points.slice(from)
    },
  }
}
