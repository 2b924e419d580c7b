import { ignoreElements, merge, retry, takeUntil, tap, timer, type Observable } from 'rxjs'
import type { Config, OpsConfig } from '../config/config.js'
import type { Logger } from '../log/log.js'
import { createHealth } from './health.js'
import { createMetrics } from './metrics/metrics.js'
import type { OpsPart } from './server/part.js'
import { openOpsServer, OpsServerError, type OpsRoute } from './server/server.js'
import type { Watch } from '../../model/proplet-events.js'

/**
 * Interval between attempts to listen, in milliseconds: a proplet that is being replaced may hold the port until its
 * tasks have ended.
 */
const RETRY_MS = 2000

/** Tasks matter more than metrics: a port in use is logged once, and tried again. */
const serve = (where: OpsConfig, routes: readonly OpsRoute[], log: Logger): Observable<never> => {
  let isFirst = true
  return openOpsServer({ ...where, routes, log }).pipe(
    tap(({ address, port }) => log.info({ address, port }, 'HTTP server for operators is listening')),
    retry({
      delay: (error: unknown) => {
        if (!(error instanceof OpsServerError)) throw error
        const level = isFirst ? 'error' : 'debug'
        isFirst = false
        log[level](`HTTP server for operators: ${error.message}; tasks run without it; retrying`)
        return timer(RETRY_MS)
      },
    }),
    ignoreElements(),
  )
}

/** The HTTP server for operators, and the observers that feed it. */
export const createOps = (
  { intervals }: Config,
  where: OpsConfig,
  log: Logger,
  more: readonly OpsPart[] = [],
): Watch => {
  const parts: readonly OpsPart[] = [
    createHealth({ heartbeatMs: intervals.livelinessMs, now: () => performance.now() }),
    createMetrics(log),
    ...more,
  ]
  const routes = parts.flatMap((part) => part.routes)
  return (propletEvents) =>
    merge(...parts.map((part) => part.watch(propletEvents)), serve(where, routes, log)).pipe(
      takeUntil(propletEvents.end$),
    )
}
