import type { ServerResponse } from 'node:http'
import { defer, ignoreElements, merge, tap } from 'rxjs'
import type { Connection } from '../../model/connection.js'
import type { PropletEvents } from '../../model/proplet-events.js'
import type { Run } from '../../model/step.js'
import { answerJson } from './server/answer.js'
import type { OpsPart } from './server/part.js'

export type HealthOptions = {
  /** Interval between heartbeats, in milliseconds. */
  readonly heartbeatMs: number
  /** A monotonic clock in milliseconds. */
  readonly now: () => number
}

/** What is wrong, in a few words; undefined if nothing is. */
type Check = () => string | undefined
type Checks = Readonly<Record<string, Check>>

const ALIVE = 'control/proplet/alive'
/** Heartbeats that may be missed, and the tolerance of each in milliseconds. */
const MISSED_BEATS = 3
const GRACE_MS = 5000

const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`

const answerChecks = (response: ServerResponse, checks: Checks, notes: readonly string[] = []): void => {
  const found = Object.entries(checks).map(([name, check]) => [name, check() ?? 'ok'] as const)
  const isOk = found.every(([, state]) => state === 'ok')
  answerJson(
    response,
    {
      status: isOk ? 'ok' : 'unavailable',
      checks: Object.fromEntries(found),
      ...(notes.length > 0 && { notes }),
    },
    isOk ? 200 : 503,
  )
}

/**
 * `/health`, as in the current release; `/livez`: the pipeline makes progress (otherwise only a restart helps);
 * `/readyz`: it is responsive, can record tasks and is connected.
 */
export const createHealth = ({ heartbeatMs, now }: HealthOptions): OpsPart => {
  const running = new Set<Run>()
  let link: Connection | undefined
  let lastBeatAt: number | undefined
  let isStopping = false
  let journalStats: PropletEvents['journal']
  let outboxStats: PropletEvents['outbox'] | undefined

  /** While connected, the pipeline publishes in every interval, even without tasks. */
  const pipeline: Check = () => {
    if (link?.state !== 'up' || isStopping || lastBeatAt === undefined) return undefined
    const since = now() - lastBeatAt
    return since > heartbeatMs * MISSED_BEATS + GRACE_MS ? `no heartbeat for ${seconds(since)}` : undefined
  }
  const broker: Check = () => {
    if (link === undefined) return 'not yet connected'
    return link.state === 'up' ? undefined : `down: ${link.reason}`
  }
  /** Worth reporting, but no reason to send tasks elsewhere. */
  const notes = (): readonly string[] => {
    if (link?.state !== 'up') return []
    const { lowered, maximumPacketBytes: bytes } = link
    const narrowed = outboxStats?.().narrowed
    return [
      ...(lowered
        ? [
            `the broker accepts QoS ${lowered.used} instead of ${lowered.asked}: results are published with QoS ${lowered.used}`,
          ]
        : []),
      ...(bytes === undefined
        ? []
        : [`the broker takes packets of at most ${bytes} bytes: larger ones are not published`]),
      ...(narrowed
        ? [
            `the broker has closed connections for lack of room: at most ${narrowed.used} publications are in flight instead of ${narrowed.asked}`,
          ]
        : []),
    ]
  }
  const journal: Check = () => journalStats?.().obstacle
  const stopping: Check = () => (isStopping ? 'the proplet is shutting down' : undefined)

  const route = (path: string, answerTo: (response: ServerResponse) => void) => ({
    method: 'GET' as const,
    path,
    handle: (_request: unknown, response: ServerResponse) => answerTo(response),
  })
  return {
    routes: [
      route('/health', (response) => answerJson(response, { status: 'ok', running_tasks: running.size })),
      route('/livez', (response) => answerChecks(response, { pipeline })),
      route('/readyz', (response) =>
        answerChecks(response, { broker, pipeline, journal, stopping }, notes()),
      ),
    ],
    watch: ({ step$, connection$, delivery$, stop$, outbox, journal: stats }) =>
      defer(() => {
        journalStats = stats
        outboxStats = outbox
        return merge(
          step$.pipe(
            tap(({ run, stage }) => {
              if (stage === 'preparing' || stage === 'running') running.add(run)
              else running.delete(run)
            }),
          ),
          connection$.pipe(
            tap((connection) => {
              link = connection
              lastBeatAt = now()
            }),
          ),
          delivery$.pipe(
            tap(({ publication }) => {
              if (publication.subtopic === ALIVE) lastBeatAt = now()
            }),
          ),
          stop$.pipe(tap(() => (isStopping = true))),
        ).pipe(ignoreElements())
      }),
  }
}
