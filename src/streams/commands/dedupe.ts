import {
  concat,
  defer,
  EMPTY,
  finalize,
  ignoreElements,
  merge,
  mergeMap,
  of,
  repeat,
  Subject,
  takeUntil,
  tap,
  timer,
  type Observable,
  type OperatorFunction,
  type SchedulerLike,
} from 'rxjs'
import type { Received, StartCommand, StopCommand } from '../../model/command.js'
import type { TaskEvent } from '../../model/task-event.js'
import { ended, ofCommand } from '../../model/ended.js'

/**
 * How to run one task, and the clock that bounds redeliveries.
 *
 * @example
 * ```ts
 * const dedupeDeps: DedupeDeps = { task: run, clock: asyncScheduler }
 * ```
 */
export type DedupeDeps = {
  /** The life of one task. `stop$` emits when its stop command arrives. */
  readonly task: (start: Received<StartCommand>, stop$: Observable<'stopped'>) => Observable<TaskEvent>
  readonly clock: SchedulerLike
}

/**
 * A start with the same ID within this many milliseconds is a redelivery, even if the task has already ended: a broker or
 * Manager may deliver a start twice within 20 ms (spec/wire.md, trap 10).
 *
 * @example
 * ```ts
 * const isOver$ = timer(REDELIVERY_MS, asyncScheduler)
 * ```
 */
export const REDELIVERY_MS = 25

/** What is known of an id while it is taken: its task, and the one start that may wait behind a task being stopped. */
type Life = {
  readonly stop: Subject<'stopped'>
  /** Leaves the task, for another one to take its place. */
  readonly leave: Subject<void>
  stopped: boolean
  next: Received<StartCommand> | undefined
  sequence: number | undefined
  latent: boolean
  /** It was started less than `REDELIVERY_MS` ago. */
  fresh: boolean
}

/**
 * Runs one task per ID and routes each stop to its task. A start is a duplicate while its ID is running, or within
 * `REDELIVERY_MS` of the first. A stop frees the ID: a later start waits only until the stopped task has ended. A latent task
 * is idle, so a start with its ID replaces it.
 *
 * @example
 * ```ts
 * const events$ = start$.pipe(dedupe({ task: run, clock: asyncScheduler }))
 * ```
 */
export const dedupe = ({
  task,
  clock,
}: DedupeDeps): OperatorFunction<Received<StartCommand | StopCommand>, TaskEvent> => {
  return (command$) =>
    defer(() => {
      const lives = new Map<string, Life>()

      const begin = (first: Received<StartCommand>): Observable<TaskEvent> => {
        const life: Life = {
          stop: new Subject(),
          leave: new Subject(),
          stopped: false,
          next: undefined,
          sequence: undefined,
          latent: false,
          fresh: true,
        }
        lives.set(first.id, life)
        return defer(() => {
          const start = life.next ?? first
          life.next = undefined
          life.stopped = false
          life.sequence = start.sequence
          life.latent = start.latent
          life.fresh = true
          const redelivery$ = timer(REDELIVERY_MS, clock).pipe(
            tap(() => (life.fresh = false)),
            ignoreElements(),
            takeUntil(life.stop),
          )
          return merge(task(start, life.stop.asObservable()), redelivery$)
        }).pipe(
          repeat({ delay: () => (life.next === undefined ? EMPTY : of(true)) }),
          takeUntil(life.leave),
          finalize(() => lives.delete(first.id)),
        )
      }
      const replace = (life: Life, start: Received<StartCommand>): Observable<TaskEvent> =>
        concat(
          of<TaskEvent>({ type: 'replaced', id: start.id, ...ofCommand(life) }),
          defer(() => {
            life.leave.next()
            return begin(start)
          }),
        )
      const stop = (life: Life): Observable<TaskEvent> => {
        const { next } = life
        if (next !== undefined) {
          life.next = undefined
          return of(ended(next, { kind: 'stopped', results: '' }))
        }
        life.stopped = true
        life.stop.next('stopped')
        return EMPTY
      }

      return command$.pipe(
        mergeMap((command): Observable<TaskEvent> => {
          const { id } = command
          const life = lives.get(id)
          if (command.type === 'stop')
            return life === undefined ? of({ type: 'unknown-stop', id }) : stop(life)
          if (life === undefined) return begin(command)
          if (life.latent && !life.fresh && !life.stopped) return replace(life, command)
          if (!life.stopped || life.next !== undefined)
            return of({ type: 'duplicate', id, ...ofCommand(command) })
          life.next = command
          return EMPTY
        }),
      )
    })
}
