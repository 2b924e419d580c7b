import { Subject, filter, firstValueFrom, map, of, startWith, timeout } from 'rxjs'
import type { JsonObject } from '../../src/dev/json.js'

export type Reckoning = {
  readonly tasks: number
  readonly answered: number
  readonly lost: readonly string[]
  readonly twice: readonly string[]
  /** Answered with an error that says that they were interrupted. */
  readonly cutShort: number
  readonly refused: number
  /** The first few other errors. */
  readonly otherErrors: readonly string[]
}

/** A task that is open for so many kills was lost: otherwise an answer would have come in the time between two. */
const PATIENCE = 4

/** Counts answers as they arrive, in constant time each. */
export const createBooks = () => {
  const open = new Set<string>()
  /** Open for `PATIENCE` kills. */
  const overdue = new Set<string>()
  const openAtKills: (readonly string[])[] = []
  const answers = new Map<string, number>()
  const otherErrors: string[] = []
  const answer$ = new Subject<void>()
  let cutShort = 0
  let refused = 0

  const count = (error: unknown): void => {
    if (typeof error !== 'string' || error === '') return
    if (error.includes('interrupted by a restart')) cutShort += 1
    else if (error.startsWith('task refused')) refused += 1
    else otherErrors.push(error)
  }
  return {
    sent: (id: string): void => void open.add(id),
    answered: ({ task_id: id, error }: JsonObject): void => {
      if (typeof id !== 'string') return
      answers.set(id, (answers.get(id) ?? 0) + 1)
      open.delete(id)
      overdue.delete(id)
      count(error)
      answer$.next()
    },
    /** Tasks that an answer may still be expected for. */
    get open(): number {
      return open.size
    },
    /** Sets aside what has been open for `PATIENCE` kills: the broker has forgotten it. It counts as lost unless it is answered after all. */
    killed: (): void => {
      openAtKills.push([...open])
      if (openAtKills.length < PATIENCE) return
      for (const id of openAtKills.shift() ?? []) if (open.delete(id)) overdue.add(id)
    },
    get answers(): number {
      return answers.size
    },
    /** Waits until the condition holds; false if no answer arrived for that long. */
    until: (holds: () => boolean, silenceMs: number): Promise<boolean> =>
      firstValueFrom(
        answer$.pipe(
          startWith(undefined),
          map(holds),
          timeout({ each: silenceMs, with: () => of(undefined) }),
          filter((is) => is !== false),
          map((is) => is === true),
        ),
      ),
    reckoning: (): Reckoning => ({
      tasks: answers.size + open.size + overdue.size,
      answered: answers.size,
      lost: [...overdue, ...open],
      twice: [...answers].flatMap(([id, times]) => (times > 1 ? [id] : [])),
      cutShort,
      refused,
      otherErrors: otherErrors.slice(0, 5),
    }),
  }
}

export type Books = ReturnType<typeof createBooks>
