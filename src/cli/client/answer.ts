import { EXIT } from '../output/exits.js'
import type { Answer } from './channel-message.js'
import { exit, failure, result, type Shown } from './shown.js'

const textOf = (results: unknown): string =>
  typeof results === 'string'
    ? results
    : results === undefined || results === null
      ? ''
      : JSON.stringify(results)

const line = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`)

/** The answer to a task, and the exit code for it. */
export const answered = (
  { taskId, propletId, results, error }: Answer,
  json: boolean,
  invocationId?: string,
): readonly Shown[] => {
  const code = exit(error === undefined ? EXIT.done : EXIT.failed)
  if (json) {
    const invocation = invocationId === undefined ? {} : { invocation_id: invocationId }
    const body = { task_id: taskId, ...invocation, proplet_id: propletId, results, error: error ?? null }
    return [result(`${JSON.stringify(body)}\n`), code]
  }
  return [result(line(textOf(results))), ...(error === undefined ? [] : [failure(error)]), code]
}
