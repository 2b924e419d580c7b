import { ignoreElements, tap } from 'rxjs'
import { answerJson } from './answer.js'
import type { OpsPart } from './ops.js'

/** `/health`, as the current release answers it. */
export const createHealth = (): OpsPart => {
  const running = new Set<string>()
  return {
    routes: [
      {
        method: 'GET',
        path: '/health',
        handle: (_request, response) => answerJson(response, { status: 'ok', running_tasks: running.size }),
      },
    ],
    watch: ({ task$ }) =>
      task$.pipe(
        tap((event) => {
          if (event.type === 'running') running.add(event.id)
          if (event.type === 'ended') running.delete(event.id)
        }),
        ignoreElements(),
      ),
  }
}
