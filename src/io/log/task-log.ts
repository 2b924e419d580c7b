import type { TaskEvent } from '../../model/task-event.js'
import { shownReference } from '../download/http/shown.js'
import { logProvided, logReported } from './federated.js'
import { createInvocationLog } from './invocation-log.js'
import { taskLogger, type Logger } from './log.js'
import type { Later } from '../../host/burst-report.js'
import { createRefusalLog, isOverload } from './refusal-log.js'
import { createRunLog, writeOutcome, type RunLog } from './run-log.js'

/** Logs the events of tasks, each through its own child logger. */
export const createTaskLog = (
  log: Logger,
  now: () => number,
  later?: Later,
): ((event: TaskEvent) => void) => {
  const runs = new Map<string, RunLog>()
  const refusals = createRefusalLog(log, later)
  const logInvocation = createInvocationLog(log, now, refusals)

  return (event) => {
    if (event.type === 'rejected') {
      log.warn({ subtopic: event.subtopic, reason: event.reason }, 'Message refused')
      return
    }
    if (event.type === 'invocation') {
      logInvocation(event)
      return
    }
    const { id } = event
    const run = runs.get(id)
    const taskLog = run?.log ?? log
    switch (event.type) {
      case 'accepted': {
        const child = taskLogger(log, id)
        const { name, source, daemon, latent } = event.start
        runs.set(id, createRunLog(child, now))
        const image = source.type === 'image' && { image: shownReference(source.image) }
        child.info({ name, daemon, latent, ...image }, 'Task accepted')
        return
      }
      case 'ended': {
        const { outcome } = event
        const write = () => writeOutcome(run?.log ?? taskLogger(log, id), 'Task', outcome)
        run?.rest()
        runs.delete(id)
        if (isOverload(outcome)) refusals.add(outcome, write)
        else write()
        return
      }
      case 'output':
        run?.output(event)
        return
      case 'fetching':
        taskLog.info({ image: event.image, attempt: event.attempt }, 'Requesting binary from the registry')
        return
      case 'fetched':
        taskLog.debug(
          { digest: event.binary.digest, size: event.binary.size, from: event.from },
          'Binary acquired',
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
      case 'provided':
        logProvided(taskLog, event)
        return
      case 'reported':
        logReported(taskLog, event)
        return
      case 'precompiled':
        taskLog.info('Latent task precompiled')
        return
      case 'replaced':
        taskLog.info('Latent task replaced')
        return
      case 'duplicate':
        taskLog.info('Duplicate start ignored: the task is running')
        return
      case 'unknown-stop':
        taskLogger(log, id).debug('Stop ignored: no such task here')
        return
      case 'chunk':
      case 'downloading':
      case 'running':
      case 'announced':
        taskLog.trace(event.type)
    }
  }
}
