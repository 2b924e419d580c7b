import { BurstReport, type Later } from '../../host/burst-report.js'
import type { Outcome } from '../../model/outcome.js'
import type { Logger } from './log.js'

type Failure = Extract<Outcome, { readonly kind: 'failed' }>

/** Logs tasks that find no room: the first one, and then once a second how many more were refused. */
export type RefusalLog = BurstReport<Failure>

export const createRefusalLog = (log: Logger, later?: Later): RefusalLog =>
  new BurstReport({ more: ({ error }, refused) => log.warn({ refused, error }, 'More tasks refused'), later })

/** Whether a task or invocation found no room. */
export const isOverload = (outcome: Outcome): outcome is Failure =>
  outcome.kind === 'failed' && outcome.code === 'overloaded'
