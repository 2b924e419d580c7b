import type { Point, Totals } from '../../../model/view.js'

/** What the host tells at one time; of the daemon, of its children, and of the tasks that were asked for. */
export type Sample = Omit<Point, 'at' | 'running' | 'waiting'> & {
  /** By key; percent of one core, and bytes. */
  readonly tasks: ReadonlyMap<
    number,
    { readonly cpu: number | undefined; readonly memory: number | undefined }
  >
}

export type Points = {
  readonly add: (sample: Sample, totals: Totals, at: number) => void
  /** Those after this time, oldest first. */
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
