import { createServer } from 'node:http'
import { Observable } from 'rxjs'
import type { Logger } from '../../log/log.js'
import { isLoopback } from '../../../net/local-host.js'
import { createRouter, type OpsRoute } from './router.js'

export type { OpsRoute } from './router.js'

export type OpsServerOptions = {
  /** An IP address. On a loopback address, only requests whose Host names this machine are answered. */
  readonly host: string
  /** 0 for any free port. */
  readonly port: number
  readonly routes: readonly OpsRoute[]
  readonly log: Logger
  /** Time limit of a request, in milliseconds; responses have none. */
  readonly slowMs?: number
}

export type OpsAddress = { readonly address: string; readonly port: number }

/** It cannot listen; the message is for people. */
export class OpsServerError extends Error {
  override readonly name = 'OpsServerError'
  readonly code = 'ERR_OPS_SERVER'
}

/** Maximum number of connections: scrapers, probes and a few open pages. */
const MAX_CONNECTIONS = 64
/** Milliseconds. */
const SLOW_MS = 5000
const MAX_HEADER_BYTES = 8192

/**
 * An HTTP server for operators. Cold: listens while subscribed to, and emits its address once it listens; errors with
 * an `OpsServerError` if it cannot. Unsubscribing closes it and all of its connections.
 */
export const openOpsServer = ({
  host,
  port,
  routes,
  log,
  slowMs = SLOW_MS,
}: OpsServerOptions): Observable<OpsAddress> =>
  new Observable((subscriber) => {
    const server = createServer(
      {
        headersTimeout: slowMs,
        requestTimeout: slowMs * 2,
        keepAliveTimeout: slowMs,
        connectionsCheckingInterval: slowMs / 5,
        maxHeaderSize: MAX_HEADER_BYTES,
      },
      createRouter({ routes, localOnly: isLoopback(host), log }),
    )
    server.maxConnections = MAX_CONNECTIONS
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (server.listening) {
        log.warn({ err: error }, 'The HTTP server for operators could not accept a connection')
        return
      }
      const why = error.code === 'EADDRINUSE' ? 'the port is in use' : error.message
      subscriber.error(new OpsServerError(`cannot listen on ${host}, port ${port}: ${why}`, { cause: error }))
    })
    server.listen({ host, port }, () => {
      const bound = server.address()
      if (bound !== null && typeof bound !== 'string')
        subscriber.next({ address: bound.address, port: bound.port })
    })
    return () => {
      server.close()
      server.closeAllConnections()
    }
  })
