import type { JsonObject } from '../../src/dev/json.js'

/** Counts the results of a fleet against the expected ones. */
export const createTally = () => {
  const answers = new Map<string, number>()
  const wrong: string[] = []
  const beatAt = new Map<string, number>()
  let beats = 0
  let beatGapMs = 0
  let open = 0
  const keyOf = (task: unknown, proplet: unknown) => `${String(task)} of ${String(proplet)}`
  return {
    expect: (task: string, proplets: readonly string[]): void => {
      for (const proplet of proplets) answers.set(keyOf(task, proplet), 0)
      open += proplets.length
    },
    answered: ({ task_id, proplet_id, results }: JsonObject): void => {
      const key = keyOf(task_id, proplet_id)
      const times = answers.get(key)
      if (times === undefined || results !== '30') wrong.push(key)
      if (times === 0) open -= 1
      answers.set(key, (times ?? 0) + 1)
    },
    beat: ({ proplet_id, status }: JsonObject): void => {
      if (status !== 'alive') return
      const [id, now] = [String(proplet_id), performance.now()]
      beatGapMs = Math.max(beatGapMs, now - (beatAt.get(id) ?? now))
      beatAt.set(id, now)
      beats += 1
    },
    get open() {
      return open
    },
    report: () => {
      const entries = [...answers]
      return {
        runs: entries.length,
        lost: entries.filter(([, times]) => times === 0).map(([key]) => key),
        twice: entries.filter(([, times]) => times > 1).map(([key]) => key),
        wrong,
        beats,
        beatGapMs,
        beating: beatAt.size,
      }
    },
  }
}

export type Tally = ReturnType<ReturnType<typeof createTally>['report']>
