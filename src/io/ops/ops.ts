import { ignoreElements, merge, retry, tap, timer, type Observable } from 'rxjs'
import type { Logger } from '../log.js'
import type { Watch } from '../watch.js'
import { createHealth } from './health.js'
import { openOpsServer, OpsServerError, type OpsRoute } from './server.js'

/** A part of the server: what it serves, and what it watches to know it. */
export type OpsPart = { readonly routes: readonly OpsRoute[]; readonly watch: Watch }

export type OpsOptions = { readonly host: string; readonly port: number; readonly log: Logger }

/** The proplet that was replaced may hold the port until its tasks have ended. Milliseconds. */
const RETRY_MS = 5000

/** Tasks matter more than their figures: a port that can't be had is told once, and tried again. */
const serve = (options: OpsOptions, routes: readonly OpsRoute[]): Observable<never> => {
  const { log } = options
  let isFirst = true
  return openOpsServer({ ...options, routes }).pipe(
    tap(({ address, port }) => log.info({ address, port }, 'HTTP server for operators is listening')),
    retry({
      delay: (error: unknown) => {
        if (!(error instanceof OpsServerError)) throw error
        log[isFirst ? 'error' : 'debug'](
          { err: error.cause },
          `HTTP server for operators: ${error.message}; tasks run without it, and it is tried again`,
        )
        isFirst = false
        return timer(RETRY_MS)
      },
    }),
    ignoreElements(),
  )
}

/** The HTTP server for operators, and what watches the proplet for it. */
export const createOps = (options: OpsOptions): Watch => {
  const parts: readonly OpsPart[] = [createHealth()]
  return (happenings) =>
    merge(
      ...parts.map(({ watch }) => watch(happenings)),
      serve(
        options,
        parts.flatMap(({ routes }) => routes),
      ),
    )
}
