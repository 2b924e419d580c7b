import { catchError, defer, EMPTY, merge, type Observable } from 'rxjs'
import type { Config } from '../io/config/config.js'
import type { TlsTrust } from '../net/tls.js'
import type { Logger } from '../io/log/log.js'
import type { Command } from '../model/command.js'
import type { Watch } from '../model/proplet-events.js'

/** The configured observers; their code is loaded only if needed. */
export const openWatch = async (config: Config, tls: TlsTrust, log: Logger): Promise<Watch> => {
  const watches: Watch[] = []
  if (config.ops !== undefined) {
    const { createOps } = await import('../io/ops/ops.js')
    const { page } = config.ops
    const parts =
      page === undefined ? [] : [await (await import('./page/page.js')).openPage(config, page, log)]
    watches.push(createOps(config, config.ops, log, parts))
  }
  if (config.traces !== undefined) {
    const { createTraces } = await import('./traces.js')
    watches.push(createTraces(config, config.traces, tls, log))
  }
  const harmless = (watched$: Observable<Command>) =>
    watched$.pipe(
      catchError((error: unknown) => {
        log.error({ err: error }, 'Observer failed; continuing without it')
        return EMPTY
      }),
    )
  return (propletEvents) => merge(...watches.map((watch) => harmless(defer(() => watch(propletEvents)))))
}
