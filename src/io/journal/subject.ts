import type { Invocation, StartCommand } from '../../model/command.js'
import type { JournaledCommand } from '../../model/journal.js'
import { roundOf } from '../../model/round.js'

/** The variables that the answer to a round's task needs; undefined if the task belongs to no round. */
export const roundVariablesOf = (env: StartCommand['env']): Record<string, string> | undefined => {
  if (roundOf(env) === undefined) return undefined
  const names = ['ROUND_ID', 'FL_FORMAT', 'FL_NUM_SAMPLES']
  return Object.fromEntries(Object.entries(env).filter(([name]) => names.includes(name)))
}

/** Whether it runs again even if a guest had started it. */
export const isRepeated = (command: JournaledCommand): boolean =>
  command.type === 'start' && (command.restart || command.latent)

/** What to answer if the command is interrupted. */
export const subjectOf = (
  command: JournaledCommand,
): { readonly id: string; readonly invocation?: Invocation } => {
  switch (command.type) {
    case 'rejected':
      return command.task
    case 'invoke':
      return command
    case 'start':
    case 'stop':
      return { id: command.id }
  }
}
