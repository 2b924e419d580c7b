import type { Invocation } from './command.js'
import type { Outcome } from './outcome.js'
import type { TaskProgress } from './task-event.js'

/** One run of a task, from its start command to its end, or one invocation of a latent task. Its identity tells two apart. */
export type Run = {
  readonly id: string
  readonly kind: 'task' | 'daemon' | 'latent' | 'invocation'
  /** The export that is called, if that is known. */
  readonly name: string | undefined
  readonly image: string | undefined
  readonly invocation: Invocation | undefined
}

/** Where a run is. `queued`: it waits for a place; `preparing`: for a guest, and for its binary to be compiled. */
export type Stage = 'fetching' | 'queued' | 'preparing' | 'running' | 'deployed' | 'over'

/** What a run spent time on. `prepare`: waiting for a guest. */
export type PhaseName = 'fetch' | 'queue' | 'prepare' | 'compile' | 'run'

/** Times are in milliseconds of the clock of the one who measures. `cut`: the end of the run ended it early. */
export type Phase = {
  readonly name: PhaseName
  readonly from: number
  readonly to: number
  readonly cut: boolean
}

/** How a run gets on. */
export type Step = {
  readonly run: Run
  /** Undefined: this is its first. */
  readonly before: Stage | undefined
  readonly stage: Stage
  readonly at: number
  /** Those that end here. */
  readonly phases: readonly Phase[]
  /** The binary that is at hand from here on, and how often the registry was asked for it. */
  readonly fetched?: Pick<Extract<TaskProgress, { readonly type: 'fetched' }>, 'binary' | 'from'> & {
    readonly attempts: number
  }
  /** How it ended; absent of a latent task that was replaced. */
  readonly outcome?: Outcome
  /** A result is due to the Manager from here on. */
  readonly isTold: boolean
}

/** The result of a run has reached the broker, or never will. Times are in milliseconds of the clock of `resultDelivery`. */
export type ResultDelivery = {
  readonly run: Run
  /** When it was due. */
  readonly dueAt: number
  /** When it went to the broker: after its hold, and what was before it in the outbox. */
  readonly handedAt: number
  readonly at: number
  readonly isDelivered: boolean
}
