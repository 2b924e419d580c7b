import { map, type OperatorFunction } from 'rxjs'
import type { Received, Rejection } from '../model/command.js'
import type { TaskEvent } from '../model/task-event.js'
import { refusal } from './ended.js'

/** Answers a refused command that names a task with a failure; any other refused message is only reported. */
export const reject: OperatorFunction<Received<Rejection>, TaskEvent> = map(
  ({ task, reason, receivedAt, subtopic }): TaskEvent =>
    task === undefined
      ? { type: 'rejected', subtopic, reason }
      : refusal({ id: task.id, receivedAt }, 'rejected', `command refused: ${reason}`),
)
