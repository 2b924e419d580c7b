import type { Invocation } from './command.js'
import type { Outcome } from './outcome.js'
import type { TaskProgress } from './task-event.js'

/** One run of a task, from its start command to its end, or one invocation of a latent task. Compare by identity. */
export type Run = {
  readonly id: string
  readonly kind: 'task' | 'daemon' | 'latent' | 'invocation'
  /** The export that is called, if that is known. */
  readonly name: string | undefined
  readonly image: string | undefined
  readonly invocation: Invocation | undefined
}

/** The stage of a run. `queued` waits for a slot; `preparing` waits for a guest and for compilation. */
export type Stage = 'fetching' | 'queued' | 'preparing' | 'running' | 'deployed' | 'over'

/** What a run spent time on. `prepare`: waiting for a guest. */
export type PhaseName = 'fetch' | 'queue' | 'prepare' | 'compile' | 'run'

/** Times are in milliseconds of the measuring clock. `cut`: the run ended before the phase did. */
export type Phase = {
  readonly name: PhaseName
  readonly from: number
  readonly to: number
  readonly cut: boolean
}

/** One step in the progress of a run. */
export type Step = {
  readonly run: Run
  /** Undefined for the first step. */
  readonly before: Stage | undefined
  readonly stage: Stage
  readonly at: number
  /** Phases that end here. */
  readonly phases: readonly Phase[]
  /** The acquired binary, and how often it was requested from the registry. */
  readonly fetched?: Pick<Extract<TaskProgress, { readonly type: 'fetched' }>, 'binary' | 'from'> & {
    readonly attempts: number
  }
  /** How it ended; absent for a latent task that was replaced. */
  readonly outcome?: Outcome
  /** Whether a result is due from here on. */
  readonly isResultDue: boolean
}

/** The result of a run has reached the broker, or never will. Times are in milliseconds of the clock of `resultDelivery`. */
export type ResultDelivery = {
  readonly run: Run
  /** When it was due. */
  readonly dueAt: number
  /** When it was sent: after its hold and everything ahead of it in the outbox. */
  readonly handedAt: number
  readonly at: number
  readonly isDelivered: boolean
}
