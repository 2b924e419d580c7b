import type { TaskEnded } from '../../model/task-event.js'

/**
 * Whether the Manager gets a result for the end of a task. A stop of a task that already had its result is not
 * reported: the Manager would mark the completed task as failed, and stop the other tasks of its job.
 */
export const needsResult = ({ announced, outcome }: Pick<TaskEnded, 'announced' | 'outcome'>): boolean =>
  !announced || outcome.kind === 'failed'
