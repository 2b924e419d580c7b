import { createHash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { Subject, type Subscription } from 'rxjs'
import type { Outcome } from '../../model/outcome.js'
import { createEmbeddedRuntime } from '../../runtime/embedded/embedded.js'
import type { HttpOptions } from '../../model/http-options.js'
import type { StopReason } from '../../model/runtime.js'
import type { ExecRequest } from './args.js'
import { networkOf } from './network.js'
import { launchLimits, preopensOf } from './limits.js'

export type ServeHooks = {
  readonly serving: (address: string, port: number) => void
  readonly output: (stream: 'stdout' | 'stderr', data: Uint8Array) => void
  readonly warning: (message: string) => void
}

const DEFAULT_ADDR = '127.0.0.1:8080'
/** For one request. */
const OUTPUT_MAX_BYTES = 1024 * 1024 * 1024
/** The address is an argument, so the user may choose any. */
const HTTP: HttpOptions = {
  host: '0.0.0.0',
  port: 8080,
  maxRequests: 1000,
  maxChildren: Math.max(4, 2 * availableParallelism()),
  timeoutMs: 0,
  bodyMaxBytes: Infinity,
  graceMs: 1000,
}
const silent = () => undefined

/** Serves a component with the embedded runtime, until it fails or is stopped. */
export function serveFile(
  request: ExecRequest,
  bytes: Uint8Array,
  hooks: ServeHooks,
): { readonly ended: Promise<Outcome>; readonly stop: () => void } {
  const { memoryMaxBytes, stackMaxBytes } = launchLimits(request)
  const runtime = createEmbeddedRuntime({
    isolation: 'process',
    warm: 0,
    maxIdle: 4,
    dirs: preopensOf(request),
    timeoutMs: 0,
    memoryMaxBytes,
    stackMaxBytes,
    outputMaxBytes: OUTPUT_MAX_BYTES,
    http: HTTP,
    network: networkOf(request.network),
    log: { debug: silent, info: silent, warn: (_, message) => hooks.warning(message), error: silent },
  })
  const stop$ = new Subject<StopReason>()
  const binary = {
    digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
    size: bytes.length,
    content: { bytes },
  }
  let subscription: Subscription | undefined
  const ended = new Promise<Outcome>((resolve) => {
    subscription = runtime
      .run(
        {
          id: 'serve',
          name: 'serve',
          binary,
          inputs: [],
          cliArgs: ['--addr', request.addr ?? DEFAULT_ADDR],
          env: request.env,
          daemon: true,
        },
        stop$,
      )
      .subscribe((event) => {
        if (event.type === 'serving') hooks.serving(event.address, event.port)
        else if (event.type === 'output') hooks.output(event.stream, event.data)
        else if (event.type === 'warning') hooks.warning(event.message)
        else if (event.type === 'ended') resolve(event.outcome)
      })
  }).finally(async () => {
    subscription?.unsubscribe()
    await runtime.close()
  })
  return { ended, stop: () => stop$.next('stopped') }
}
