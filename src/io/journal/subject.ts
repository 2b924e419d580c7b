import type { Invocation, StartCommand } from '../../model/command.js'
import type { JournaledCommand } from '../../model/journal.js'
import { roundOf } from '../../model/round.js'

/** What an answer to a task of a round needs to know of it; undefined: it is of none. */
export const roundVariablesOf = (env: StartCommand['env']): Record<string, string> | undefined => {
  if (roundOf(env) === undefined) return undefined
  const names = ['ROUND_ID', 'FL_FORMAT', 'FL_NUM_SAMPLES']
  return Object.fromEntries(Object.entries(env).filter(([name]) => names.includes(name)))
}

/** Runs again though it had begun. */
export const isRepeated = (command: JournaledCommand): boolean =>
  command.type === 'start' && (command.restart || command.latent)

/** What is to be answered, if it comes to that. */
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
