import type { TaskEvent } from '../model/task-event.js'
import { createGuestLines, type GuestLines } from './guest-lines.js'
import { taskLogger, type Logger } from './log.js'

type Entry = {
  readonly log: Logger
  readonly stdout: GuestLines
  readonly stderr: GuestLines
  lines: number
  countingSince: number
}

/** Lines of guest output that one task may write to the log in a second; the others are counted. */
const MAX_LINES_A_SECOND = 100

/** stdout is, as a rule, the result. */
const LEVELS = { stdout: 'debug', stderr: 'info' } as const

/** Writes what happens to tasks to the log, each task through a child logger of its own. */
export const createTaskLog = (log: Logger, now: () => number): ((event: TaskEvent) => void) => {
  const entries = new Map<string, Entry>()

  // What is not shown is not looked at either, nor does it use up the lines of what is.
  const isShown = (stream: 'stdout' | 'stderr'): boolean => log.isLevelEnabled(LEVELS[stream])

  const writeLines = (entry: Entry, stream: 'stdout' | 'stderr', lines: readonly string[]) => {
    if (now() - entry.countingSince >= 1000) {
      if (entry.lines > MAX_LINES_A_SECOND)
        entry.log.warn(
          { stream, left_out: entry.lines - MAX_LINES_A_SECOND },
          'guest output left out of the log',
        )
      entry.lines = 0
      entry.countingSince = now()
    }
    for (const line of lines) {
      entry.lines += 1
      if (entry.lines <= MAX_LINES_A_SECOND) entry.log[LEVELS[stream]]({ stream }, line)
    }
  }

  const writeEnd = (id: string, { outcome }: Extract<TaskEvent, { type: 'ended' }>) => {
    const entry = entries.get(id)
    if (entry !== undefined) {
      writeLines(entry, 'stdout', entry.stdout.rest())
      writeLines(entry, 'stderr', entry.stderr.rest())
      entries.delete(id)
    }
    const taskLog = entry?.log ?? taskLogger(log, id)
    if (outcome.kind === 'failed') taskLog.warn({ code: outcome.code, error: outcome.error }, 'Task failed')
    else taskLog.info(outcome.kind === 'completed' ? 'Task completed' : 'Task stopped')
  }

  return (event) => {
    if (event.type === 'rejected') {
      log.warn({ subtopic: event.subtopic, reason: event.reason }, 'Message refused')
      return
    }
    const { id } = event
    const entry = entries.get(id)
    const taskLog = entry?.log ?? log
    switch (event.type) {
      case 'accepted': {
        const child = taskLogger(log, id)
        const { name, source, daemon } = event.start
        entries.set(id, {
          log: child,
          stdout: createGuestLines(),
          stderr: createGuestLines(),
          lines: 0,
          countingSince: now(),
        })
        child.info({ name, daemon, ...(source.type === 'image' && { image: source.image }) }, 'Task accepted')
        return
      }
      case 'ended':
        writeEnd(id, event)
        return
      case 'output':
        if (entry !== undefined && isShown(event.stream))
          writeLines(entry, event.stream, entry[event.stream].take(event.data))
        return
      case 'fetching':
        taskLog.info({ image: event.image, attempt: event.attempt }, 'Requesting binary from the registry')
        return
      case 'fetched':
        taskLog.debug(
          { digest: event.binary.digest, size: event.binary.size, from: event.from },
          'Binary at hand',
        )
        return
      case 'started':
        taskLog.debug({ compile_ms: event.compileMs }, 'Task started')
        return
      case 'serving':
        taskLog.info({ address: event.address, port: event.port }, 'Task serves HTTP')
        return
      case 'warning':
        taskLog.warn(event.message)
        return
      case 'duplicate':
        taskLog.info('Duplicate start ignored: the task is running')
        return
      case 'unknown-stop':
        taskLogger(log, id).debug('Stop ignored: no such task here')
        return
      case 'chunk':
      case 'running':
      case 'announced':
        taskLog.trace(event.type)
    }
  }
}
