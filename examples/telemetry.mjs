// A proplet with a stream of its own: it does all that `propeller-proplet` does, and also publishes on `telemetry/tasks` how
// many of its tasks completed, failed or were stopped, and how often its connection to the broker came up and was lost.
//
//   npm run build
//   PROPLET_DOMAIN_ID=… PROPLET_CHANNEL_ID=… PROPLET_CLIENT_ID=… PROPLET_CLIENT_KEY=… node examples/telemetry.mjs
import { createLogger, createProplet, loadConfig, stopSignal } from 'propeller-proplet'
import { auditTime, lastValueFrom, map, merge, scan } from 'rxjs'

const NOTHING_YET = { completed: 0, failed: 0, stopped: 0, linked: 0, lost: 0 }

// A stream receives what happens in the pipeline as observables, and returns an observable of messages to publish. It is
// subscribed to once, and ends with the pipeline. If it errors, the error is logged, and the proplet continues without it.
const telemetry =
  (propletId) =>
  ({ outcome$, connection$, clock }) =>
    merge(
      outcome$.pipe(map(({ outcome }) => outcome.kind)),
      connection$.pipe(map(({ state }) => (state === 'up' ? 'linked' : 'lost'))),
    ).pipe(
      scan((counts, what) => ({ ...counts, [what]: counts[what] + 1 }), NOTHING_YET),
      // At most one message a second. With the clock of the pipeline, a marble test of this stream needs no real second.
      auditTime(1000, clock),
      map((counts) => ({
        // The topic is m/{domain}/c/{channel}/telemetry/tasks.
        subtopic: 'telemetry/tasks',
        payload: { proplet_id: propletId, ...counts },
        // While the proplet is offline, only the newest of these messages is kept; 'all' would keep each of them.
        keep: 'latest',
      })),
    )

// Reads the environment and config.toml like the daemon; throws an error that lists every mistake.
const { config, warnings } = loadConfig({ env: process.env })
const { log, flush } = await createLogger({ level: config.logLevel })
for (const warning of warnings) log.warn(warning)

const proplet$ = createProplet({
  config,
  log,
  streams: [telemetry(config.identity.clientId)],
  // SIGTERM or SIGINT: running tasks finish, results are delivered, and the proplet completes. A second one ends it at once.
  stop$: stopSignal(process),
})

// Nothing happens until something subscribes, as this does.
await lastValueFrom(proplet$, { defaultValue: undefined })
await flush()
