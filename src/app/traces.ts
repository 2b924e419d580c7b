import { asyncScheduler, finalize, ignoreElements, takeUntil, tap, type Observable } from 'rxjs'
import { batches, type BatchReport } from '../streams/observe/batches.js'
import { spans } from '../streams/observe/spans.js'
import { withoutCredentials } from '../io/config/settings/readers.js'
import type { Config, TracesConfig } from '../io/config/config.js'
import type { Logger } from '../io/log/log.js'
import { packageVersion } from '../host/version.js'
import { createHex } from '../io/traces/hex.js'
import { encodeSpans } from '../io/traces/otlp.js'
import { createPoster } from '../io/traces/post.js'
import type { Watch } from '../model/proplet-events.js'
import type { TlsTrust } from '../net/tls.js'

const LIMITS = { maxBatch: 256, maxWaiting: 2048, everyMs: 5000, flushMs: 2000 } as const
const MAX_TRACES = 10_000
const ANSWER_MS = 10_000
const BACKOFF = { initialMs: 1000, maxMs: 60_000 } as const

const backoffMs = (failures: number): number => {
  const ceiling = Math.min(BACKOFF.maxMs, BACKOFF.initialMs * 2 ** Math.min(failures - 1, 10))
  return ceiling / 2 + (Math.random() * ceiling) / 2
}

/** Logs once when a collector is lost, and once when it is back. */
const createReporter = (log: Logger, collector: string) => {
  let isLost = false
  let lost = 0
  return (report: BatchReport) => {
    const { sent } = report
    lost += report.lost
    if (sent.kind === 'taken') {
      if (isLost) log.info({ collector, lost }, 'Trace delivery resumed')
      else if (lost > 0)
        log.debug({ collector, lost }, 'Spans dropped: the collector is too slow or rejects them')
      isLost = false
      lost = 0
      return
    }
    log[isLost ? 'debug' : 'warn']({ collector, lost }, `Failed to send traces: ${sent.why}`)
    isLost = true
  }
}

/** Sends the traces of tasks to a collector. If it is away or slow, spans are lost and nothing else. */
export const createTraces = (
  config: Config,
  { url, ratio }: TracesConfig,
  tls: TlsTrust,
  log: Logger,
): Watch => {
  const { version } = packageVersion()
  const source = { version, propletId: config.identity.clientId, namespace: config.metadata.namespace }
  const report = createReporter(log, withoutCredentials(url))

  return ({ step$, resultDelivery$, end$ }): Observable<never> => {
    const poster = createPoster({ url: new URL(url), timeoutMs: ANSWER_MS, tls })
    const hex = createHex()
    const inputs = {
      step$: step$.pipe(takeUntil(end$)),
      resultDelivery$: resultDelivery$.pipe(takeUntil(end$)),
    }
    return spans(inputs, {
      isSampled: () => Math.random() < ratio,
      traceId: () => hex(16),
      spanId: () => hex(8),
      epochOffset: () => Date.now() - performance.now(),
      maxTraces: MAX_TRACES,
    }).pipe(
      batches({
        send: (batch) => poster.post(encodeSpans(batch, source)),
        backoffMs,
        clock: asyncScheduler,
        ...LIMITS,
      }),
      tap(report),
      ignoreElements(),
      finalize(() => poster.close()),
    )
  }
}
