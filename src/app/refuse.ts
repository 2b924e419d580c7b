import type { InvokeCommand, Received, StartCommand } from '../model/command.js'
import type { Refusal } from '../streams/commands/admit.js'

/** Backpressure for a broker that is slower than the tasks. */
export type Backlog = { readonly waiting: number; readonly bytes: number }

/** Undelivered results from which on tasks are refused. */
const MAX_WAITING = 10_000
const MAX_WAITING_BYTES = 64 * 1024 * 1024

const NO_TEE = 'TEE runtime not available: encrypted tasks need one'

/** Why to refuse a task or invocation: it needs an unsupported feature, or its result could not be delivered. */
export const refuseTask =
  (
    backlog: () => Backlog,
    journal?: { readonly obstacle: string | undefined },
    /** Why encrypted tasks are refused; undefined if they are accepted. */
    confidential: { readonly obstacle: string | undefined } = { obstacle: NO_TEE },
  ) =>
  (command: Received<StartCommand | InvokeCommand>): Refusal | undefined => {
    if (command.type === 'start' && command.encrypted && confidential.obstacle !== undefined)
      return { code: 'unsupported', reason: confidential.obstacle }
    if (journal !== undefined && command.sequence === undefined)
      return { code: 'overloaded', reason: journal.obstacle ?? 'the journal could not record it' }
    const { waiting, bytes } = backlog()
    if (waiting >= MAX_WAITING || bytes >= MAX_WAITING_BYTES)
      return { code: 'overloaded', reason: `${waiting} results are waiting for the broker` }
    return undefined
  }
