import type { Invocation } from '../../model/command.js'
import type { TaskEvent } from '../../model/task-event.js'
import { invocationLogger, type Logger } from './log.js'
import { logProvided, logReported } from './federated.js'
import { isOverload, type RefusalLog } from './refusal-log.js'
import { createRunLog, writeOutcome, type RunLog } from './run-log.js'

type Event = Extract<TaskEvent, { readonly type: 'invocation' }>

/** Logs the events of invocations of latent tasks, each through its own child logger. */
export const createInvocationLog = (
  log: Logger,
  now: () => number,
  refusals: RefusalLog,
): ((event: Event) => void) => {
  const runs = new Map<Invocation, RunLog>()

  return ({ id, invocation, event }) => {
    const run = runs.get(invocation)
    if (event.type === 'ended' && isOverload(event.outcome)) {
      const { outcome } = event
      runs.delete(invocation)
      refusals.add(outcome, () =>
        writeOutcome(run?.log ?? invocationLogger(log, id, invocation.id), 'Invocation', outcome),
      )
      return
    }
    const own = run?.log ?? invocationLogger(log, id, invocation.id)
    switch (event.type) {
      case 'accepted':
        runs.set(invocation, createRunLog(own, now))
        own.info('Invocation accepted')
        return
      case 'ended':
        run?.rest()
        runs.delete(invocation)
        writeOutcome(own, 'Invocation', event.outcome)
        return
      case 'output':
        run?.output(event)
        return
      case 'started':
        own.debug({ compile_ms: event.compileMs }, 'Invocation started')
        return
      case 'warning':
        own.warn(event.message)
        return
      case 'duplicate':
        own.info('Duplicate invocation ignored')
        return
      case 'provided':
        logProvided(own, event)
        return
      case 'reported':
        logReported(own, event)
        return
      case 'running':
        own.trace(event.type)
    }
  }
}
