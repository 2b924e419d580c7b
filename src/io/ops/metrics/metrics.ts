import { Registry } from 'prom-client'
import { defer, finalize, merge } from 'rxjs'
import type { Logger } from '../../log/log.js'
import { answer } from '../server/answer.js'
import type { OpsPart } from '../server/part.js'
import { journalFigures } from './journal-figures.js'
import { linkFigures } from './link-figures.js'
import { processFigures } from './process-figures.js'
import { taskFigures } from './task-figures.js'

/** `/metrics` in Prometheus' text format. Concurrent requests share one collection. */
export const createMetrics = (log: Logger): OpsPart => {
  const registry = new Registry()
  const tasks = taskFigures(registry)
  const link = linkFigures(registry)
  const journal = journalFigures(registry)
  const own = processFigures(registry)
  let underWay: Promise<string> | undefined

  const take = async () => {
    await own.refresh()
    return registry.metrics()
  }
  const scrape = () => {
    underWay ??= take().finally(() => (underWay = undefined))
    return underWay
  }
  return {
    routes: [
      {
        method: 'GET',
        path: '/metrics',
        handle: (_request, response) => {
          scrape().then(
            (text) => answer(response, text, { type: registry.contentType }),
            (error: unknown) => {
              log.error({ err: error }, 'Failed to collect metrics')
              answer(response, 'the metrics could not be collected\n', { status: 500 })
            },
          )
        },
      },
    ],
    watch: (propletEvents) =>
      defer(() => {
        journal(propletEvents)
        return merge(tasks(propletEvents), link(propletEvents))
      }).pipe(finalize(() => own.close())),
  }
}
