import type { TaskEnded } from '../../model/task-event.js'

/**
 * Whether the Manager is told how a task ended. A stop of what had its result is not told: the Manager would make a failed
 * task of a completed one, and stop the other tasks of its job.
 */
export const needsResult = ({ announced, outcome }: Pick<TaskEnded, 'announced' | 'outcome'>): boolean =>
  !announced || outcome.kind === 'failed'
