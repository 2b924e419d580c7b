import type { Outcome } from '../../model/outcome.js'
import type { RunProgress } from '../../model/task-event.js'
import { createGuestLines } from './guest-lines.js'
import type { Logger } from './log.js'

/** Maximum lines of guest output per task and second in the log; others are counted. */
const MAX_LINES_A_SECOND = 100

/** stdout is usually the result. */
const LEVELS = { stdout: 'debug', stderr: 'info' } as const

type Output = Extract<RunProgress, { readonly type: 'output' }>

/** The log of a task or invocation while it runs. */
export type RunLog = {
  readonly log: Logger
  readonly output: (output: Output) => void
  /** The last lines, if they are unterminated. */
  readonly rest: () => void
}

export const createRunLog = (log: Logger, now: () => number): RunLog => {
  const guest = { stdout: createGuestLines(), stderr: createGuestLines() }
  let count = 0
  let countingSince = now()

  // Lines below the level are neither formatted nor counted.
  const isShown = (stream: Output['stream']): boolean => log.isLevelEnabled(LEVELS[stream])

  const write = (stream: Output['stream'], lines: readonly string[]) => {
    if (now() - countingSince >= 1000) {
      if (count > MAX_LINES_A_SECOND)
        log.warn({ stream, left_out: count - MAX_LINES_A_SECOND }, 'Guest output omitted from the log')
      count = 0
      countingSince = now()
    }
    for (const line of lines) {
      count += 1
      if (count <= MAX_LINES_A_SECOND) log[LEVELS[stream]]({ stream }, line)
    }
  }
  return {
    log,
    output: ({ stream, data }) => {
      if (isShown(stream)) write(stream, guest[stream].take(data))
    },
    rest: () => {
      write('stdout', guest.stdout.rest())
      write('stderr', guest.stderr.rest())
    },
  }
}

/** @param what for example `Task` */
export const writeOutcome = (log: Logger, what: string, outcome: Outcome): void => {
  if (outcome.kind === 'failed') log.warn({ code: outcome.code, error: outcome.error }, `${what} failed`)
  else log.info(`${what} ${outcome.kind}`)
}
