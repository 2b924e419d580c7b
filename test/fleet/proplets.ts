import { join } from 'node:path'
import { pino } from 'pino'
import { lastValueFrom, merge, Subject } from 'rxjs'
import { daemonEnv } from '../../src/dev/daemon.js'
import { createProplet, loadConfig, type Logger } from '../../src/index.js'
import { createEmbeddedRuntime } from '../../src/runtime/embedded/embedded.js'
import { boundRuns } from './bound-runs.js'
import type { MemberOptions, MemberReport } from './member-protocol.js'

const MEMORY_BYTES = 16 * 1024 * 1024
const TIMEOUT_MS = 60_000

/** Log messages about connections. */
const TYPES: Readonly<Record<string, MemberReport['type']>> = {
  'Connected to the broker': 'up',
  'Not connected to the broker': 'refused',
  'Still not connected to the broker': 'refused',
  'Lost the connection to the broker': 'lost',
}

/** A logger that writes nothing, but reports connections. */
const listeningLog = (id: string, report: (message: MemberReport) => void): Logger =>
  pino(
    {
      level: 'debug',
      hooks: {
        logMethod: (args) => {
          const type = args.map((each) => (typeof each === 'string' ? TYPES[each] : undefined)).find(Boolean)
          if (type !== undefined) report({ id, type, at: Date.now() })
        },
      },
    },
    { write: () => undefined },
  )

export type Proplets = { readonly stop: () => Promise<void> }

/** Starts many proplets in this process, as a program that embeds them does; they share the guests. */
export const startProplets = (
  { ids, port, directory, guests }: MemberOptions,
  report: (message: MemberReport) => void,
): Proplets => {
  const stop$ = new Subject<void>()
  const embedded = createEmbeddedRuntime({
    isolation: 'process',
    warm: Math.min(1, guests),
    maxIdle: guests,
    dirs: [],
    timeoutMs: TIMEOUT_MS,
    memoryMaxBytes: MEMORY_BYTES,
    outputMaxBytes: MEMORY_BYTES,
    log: pino({ level: 'silent' }),
  })
  const runtime = boundRuns(embedded, guests)
  const all$ = merge(
    ...ids.map((id) => {
      const { config } = loadConfig({
        env: {
          ...daemonEnv(port, id),
          PROPLET_CACHE_DIR: join(directory, 'cache'),
          PROPLET_STATE_DIR: join(directory, 'state', id),
        },
      })
      return createProplet({ config, runtime, log: listeningLog(id, report), stop$ })
    }),
  )
  const ended = lastValueFrom(all$, { defaultValue: undefined })
  return {
    stop: async () => {
      stop$.next()
      await ended
      await embedded.close()
    },
  }
}
