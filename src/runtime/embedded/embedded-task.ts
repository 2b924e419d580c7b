import * as E from 'fp-ts/lib/Either.js'
import { Observable, type Subscriber } from 'rxjs'
import type { Outcome } from '../../model/outcome.js'
import type { RunEvent, RunRequest, StopReason, Usage } from '../../model/runtime.js'
import { fateAfter } from './guests/fate.js'
import type { HalHost } from '../hal/daemon/host.js'
import type { HalTask } from '../hal/daemon/task.js'
import { Execution } from './run/execution.js'
import { HttpTask, type HttpTaskHooks, type HttpTaskParts } from './http/http-task.js'
import type { Guest } from './guests/guest.js'
import type { Member } from './guests/idle-members.js'
import { TaskUsage } from './run/usage.js'
import { verdictOfStop } from './run/verdict.js'

export type EmbeddedTaskParts = Omit<HttpTaskParts, 'usage' | 'hal'> & {
  /** Undefined if the hardware abstraction layer is off. */
  readonly hal: HalHost | undefined
  /** Whether `usage` is available. */
  readonly metered: boolean
}

/**
 * The kernel counts processor time in ticks of 10 ms, so a shorter task has nothing to report. Reading `/proc` for it would take
 * longer than everything else that a short task needs here.
 */
const TICK_MS = 10

/** One task, from the request to run it until `ended`: it waits for a guest, then runs or serves HTTP in it. */
export class EmbeddedTask {
  /** May be subscribed to once. */
  readonly events$: Observable<RunEvent>
  readonly #request: RunRequest
  readonly #parts: EmbeddedTaskParts
  #execution: Execution | undefined
  #server: HttpTask | undefined
  #usage: TaskUsage | undefined
  #meter: NodeJS.Timeout | undefined
  #granted: { readonly guest: Guest; readonly at: number } | undefined
  /** The reason of a stop that came before there was a guest. */
  #stopped: StopReason | undefined
  #endEarly: ((reason: StopReason) => void) | undefined

  constructor(request: RunRequest, parts: EmbeddedTaskParts) {
    this.#request = request
    this.#parts = parts
    this.events$ = new Observable((subscriber) => this.#begin(subscriber))
  }

  get id(): string {
    return this.#request.id
  }

  /** Undefined while the task waits for a guest. */
  usage(): Usage | undefined {
    return this.#measure()?.read()
  }

  stop(reason: StopReason): void {
    this.#stopped ??= reason
    this.#endEarly?.(this.#stopped)
    this.#execution?.stop(reason)
    this.#server?.stop(reason)
  }

  #begin(subscriber: Subscriber<RunEvent>): () => void {
    const ended = (outcome: Outcome, runMs: number) => {
      subscriber.next({ type: 'ended', outcome, runMs })
      subscriber.complete()
    }
    this.#endEarly = (reason) => ended(verdictOfStop(reason)('', ''), 0)
    if (this.#stopped !== undefined) {
      this.#endEarly(this.#stopped)
      return () => undefined
    }
    const begun = this.#parts.hal?.begin(this.#request) ?? E.right(undefined)
    if (E.isLeft(begun)) {
      ended({ kind: 'failed', code: 'call', error: begun.left, results: '' }, 0)
      return () => undefined
    }
    const hal = begun.right
    const withdraw = this.#parts.pool.acquire(this.#request.binary.digest, {
      granted: (member) => {
        this.#endEarly = undefined
        this.#granted = { guest: member.guest, at: performance.now() }
        this.#execution = this.#execute(member, hal, { event: (each) => subscriber.next(each), ended })
        if (this.#parts.metered) this.#meter = setTimeout(() => this.#measure(), TICK_MS)
      },
      refused: (error) => ended({ kind: 'failed', code: 'runtime', error, results: '' }, 0),
    })
    return () => {
      withdraw()
      clearTimeout(this.#meter)
      this.#endEarly = undefined
      this.#execution?.stop('stopped')
      this.#server?.kill()
      hal?.close()
    }
  }

  #measure(): TaskUsage | undefined {
    clearTimeout(this.#meter)
    if (this.#parts.metered && this.#granted !== undefined)
      this.#usage ??= new TaskUsage(this.#granted.guest, this.#granted.at)
    return this.#usage
  }

  #execute(member: Member, hal: HalTask | undefined, { event, ended }: HttpTaskHooks): Execution {
    const { pool, watchdog, limits, network } = this.#parts
    return new Execution(member.guest, this.#request, limits, {
      modules: member.modules,
      watchdog,
      network,
      hal,
      hooks: {
        event,
        ended: (outcome, runMs, fate) => {
          pool.release(member, fateAfter(this.#request.binary, fate))
          ended(outcome, runMs)
        },
        serving: (takesConnections) => {
          this.#execution = undefined
          this.#server = new HttpTask(
            { member, takesConnections },
            this.#request,
            { ...this.#parts, hal, usage: this.#measure() },
            { event, ended },
          )
        },
      },
    })
  }
}
