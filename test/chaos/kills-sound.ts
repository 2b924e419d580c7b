import { MAX_TASKS, type KillOptions, type KillOutcome } from './kills.js'

/**
 * Whether nothing was lost or duplicated, and only running tasks were interrupted; if the broker was killed, except for
 * what it lost itself.
 */
export const isSound = ({ victim }: Pick<KillOptions, 'victim'>, outcome: KillOutcome): boolean => {
  const { kills, lost, twice, runTwice, unexplained, cutShort, refused, otherErrors } = outcome
  const isEmpty = outcome.leftInJournal + outcome.leftInOutbox === 0
  const isQuiet = refused + otherErrors.length + unexplained.length === 0
  if (victim === 'broker') return isEmpty && isQuiet && cutShort === 0
  const isComplete = lost.length + twice.length + runTwice.length === 0
  const isFair = cutShort <= MAX_TASKS * kills
  return isComplete && isFair && isEmpty && isQuiet
}
