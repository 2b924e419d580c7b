import {
  catchError,
  defer,
  filter,
  finalize,
  map,
  of,
  Subject,
  take,
  tap,
  throwError,
  timeout,
  type Observable,
  type SchedulerLike,
} from 'rxjs'
import type { Binary } from '../../model/binary.js'
import type { Received, StartCommand } from '../../model/command.js'
import type { TaskEvent } from '../../model/task-event.js'
import { refusal } from '../../model/ended.js'
import { messageOf } from '../../model/message-of.js'

/**
 * A latent task that can be invoked.
 *
 * @example
 * ```ts
 * const sizeOf = ({ binary }: Latent) => binary.size
 * ```
 */
export type Latent = { readonly start: Received<StartCommand>; readonly binary: Binary }

/**
 * How many bytes latent tasks may hold, and the clock that bounds waiting for them.
 *
 * @example
 * ```ts
 * const latentsDeps: LatentsDeps = { maxBytes: 64 * 2 ** 20, clock: asyncScheduler }
 * ```
 */
export type LatentsDeps = {
  /** For the binaries of all latent tasks, in memory or in the cache, plus the base64 texts they came in. */
  readonly maxBytes: number
  readonly clock: SchedulerLike
}

/**
 * The registry of latent tasks.
 *
 * @example
 * ```ts
 * const binaryOf = ({ find }: Latents, id: string) => find(id).pipe(map(({ binary }) => binary))
 * ```
 */
export type Latents = {
  /** Makes a latent task findable until it ends or is unsubscribed; one that holds too many bytes ends. */
  readonly register: (start: Received<StartCommand>, task$: Observable<TaskEvent>) => Observable<TaskEvent>
  /** Waits for a task that is not compiled yet. Errors with a message for the Manager if there is nothing to invoke. */
  readonly find: (id: string) => Observable<Latent>
}

/**
 * How long an invocation waits for its task to be compiled, in milliseconds; the Manager waits 30 s (spec/wire.md).
 *
 * @example
 * ```ts
 * const tooLate$ = timer(COMPILE_WAIT_MS, asyncScheduler)
 * ```
 */
export const COMPILE_WAIT_MS = 25_000

/**
 * The error that makes the Manager deploy the task again; it recognises this text.
 *
 * @example
 * ```ts
 * const error = notPrecompiled('sum') // task sum has not been precompiled; deploy it as a latent task first
 * ```
 */
export const notPrecompiled = (id: string, why = ''): string =>
  `task ${id} has not been precompiled${why}; deploy it as a latent task first`

type Entry = {
  readonly start: Received<StartCommand>
  binary: Binary | undefined
  bytes: number
  isReady: boolean
}

/** The outcome of compiling a task that invocations may wait for. */
type Settled = { readonly id: string; readonly found: Latent | { readonly error: string } }

/**
 * The deployed latent tasks by ID; the latest with an ID wins.
 *
 * @example
 * ```ts
 * const latents = createLatents({ maxBytes: 64 * 2 ** 20, clock: asyncScheduler })
 * const events$ = latents.register(start, run(start, stop$))
 * const latent$ = latents.find(start.id)
 * ```
 */
export const createLatents = ({ maxBytes, clock }: LatentsDeps): Latents => {
  const entries = new Map<string, Entry>()
  const settled = new Subject<Settled>()
  let heldBytes = 0

  const hold = (entry: Entry, binary: Binary) => {
    const { source } = entry.start
    const bytes = binary.size + (source.type === 'inline' ? source.base64.length : 0)
    if (heldBytes + bytes > maxBytes)
      throw new Error(`task refused: latent tasks would hold more than ${maxBytes} bytes`)
    heldBytes += bytes
    entry.bytes = bytes
    entry.binary = binary
  }
  const settle = (entry: Entry, event: TaskEvent) => {
    const { start, binary } = entry
    if (event.type === 'precompiled' && binary !== undefined) {
      entry.isReady = true
      settled.next({ id: start.id, found: { start, binary } })
    }
    // Waiting invocations see a stop or a shutdown themselves.
    if (event.type === 'ended' && event.outcome.kind === 'failed' && event.outcome.code !== 'shutdown')
      settled.next({ id: start.id, found: { error: `the latent task failed: ${event.outcome.error}` } })
  }
  const leave = (entry: Entry) => {
    heldBytes -= entry.bytes
    if (entries.get(entry.start.id) === entry) entries.delete(entry.start.id)
  }
  const compiled = (id: string): Observable<Latent> =>
    settled.pipe(
      filter((each) => each.id === id),
      take(1),
      map(({ found }) => {
        if ('error' in found) throw new Error(found.error)
        return found
      }),
      timeout({
        first: COMPILE_WAIT_MS,
        scheduler: clock,
        with: () => throwError(() => new Error(`task ${id} is still being fetched or compiled`)),
      }),
    )

  return {
    register: (start, task$) =>
      defer(() => {
        const entry: Entry = { start, binary: undefined, bytes: 0, isReady: false }
        entries.set(start.id, entry)
        return task$.pipe(
          tap((event) => {
            if (event.type === 'fetched') hold(entry, event.binary)
          }),
          catchError((error: unknown) => of(refusal(start, 'overloaded', messageOf(error)))),
          tap((event) => settle(entry, event)),
          finalize(() => leave(entry)),
        )
      }),
    find: (id) =>
      defer(() => {
        const entry = entries.get(id)
        if (entry === undefined) throw new Error(notPrecompiled(id))
        const { start, binary, isReady } = entry
        return isReady && binary !== undefined ? of({ start, binary }) : compiled(id)
      }),
  }
}
