import { Observable, type Subscriber } from 'rxjs'
import type { RunEvent, RunRequest, StopReason } from '../runtime.js'
import { Execution, type ExecutionLimits } from './execution.js'
import type { Member } from './idle-members.js'
import type { Pool } from './pool.js'
import { verdictOfStop } from './verdict.js'
import type { Watchdog } from './watchdog.js'

export type TaskRunParts = {
  readonly pool: Pool
  readonly watchdog: Watchdog
  readonly limits: ExecutionLimits
}

/** One task from the wish to run it to its `ended`: it waits for a guest, then runs in it. */
export class TaskRun {
  /** To be subscribed to once. */
  readonly events$: Observable<RunEvent>
  readonly #request: RunRequest
  readonly #parts: TaskRunParts
  #execution: Execution | undefined
  /** Of a stop that came before there was a guest. */
  #stopped: StopReason | undefined
  #endEarly: ((reason: StopReason) => void) | undefined

  constructor(request: RunRequest, parts: TaskRunParts) {
    this.#request = request
    this.#parts = parts
    this.events$ = new Observable((subscriber) => this.#begin(subscriber))
  }

  stop(reason: StopReason): void {
    this.#stopped ??= reason
    this.#endEarly?.(this.#stopped)
    this.#execution?.stop(reason)
  }

  #begin(subscriber: Subscriber<RunEvent>): () => void {
    this.#endEarly = (reason) => {
      subscriber.next({ type: 'ended', outcome: verdictOfStop(reason)('', ''), runMs: 0 })
      subscriber.complete()
    }
    if (this.#stopped !== undefined) {
      this.#endEarly(this.#stopped)
      return () => undefined
    }
    const withdraw = this.#parts.pool.acquire(this.#request.binary.digest, {
      granted: (member) => {
        this.#endEarly = undefined
        this.#execution = this.#execute(member, subscriber)
      },
      refused: (error) => {
        subscriber.next({
          type: 'ended',
          outcome: { kind: 'failed', code: 'runtime', error, results: '' },
          runMs: 0,
        })
        subscriber.complete()
      },
    })
    return () => {
      withdraw()
      this.#endEarly = undefined
      this.#execution?.stop('stopped')
    }
  }

  #execute(member: Member, subscriber: Subscriber<RunEvent>): Execution {
    const { pool, watchdog, limits } = this.#parts
    return new Execution(member.guest, this.#request, limits, {
      modules: member.modules,
      watchdog,
      hooks: {
        event: (event) => subscriber.next(event),
        ended: (outcome, runMs, fate) => {
          pool.release(member, fate)
          subscriber.next({ type: 'ended', outcome, runMs })
          subscriber.complete()
        },
      },
    })
  }
}
