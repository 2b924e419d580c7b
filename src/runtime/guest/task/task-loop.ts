import type { Inbox } from '../channel/inbox.js'
import type { Link, MessageHandler } from '../channel/link.js'
import { withLongEnv } from '../channel/long-env.js'
import { loadTranspiler, type Transpiler } from '../jco/transpiler.js'
import { Modules } from './modules.js'
import type { ReadyMessage, RunMessage } from '../channel/protocol.js'
import { takeConnections, type Serving } from './take-connections.js'
import { perform, performTask, type TaskContext, type TaskReport } from './task.js'
import { sendResult } from '../call/send-result.js'
import { warmUp } from './warm-up.js'

/** Linear memory of tasks, in bytes, after which the size of the process is checked: V8 does not account for it. */
const LOOK_AFTER_BYTES = 32 * 1024 * 1024
/** Number of small tasks after which it is checked, because they leave instances behind, too. */
const LOOK_AFTER_TASKS = 200
/** Growth of the process, in bytes, after which a collection is due; it takes 8 ms. */
const COLLECT_AFTER_BYTES = 16 * 1024 * 1024

const NO_BYTES = new Uint8Array(0)

/** Answers the messages of the daemon, one task at a time. `collect` is V8's `gc`; `hello` says that it is ready. */
export function createTaskLoop(
  link: Link,
  collect: () => void,
  hello: ReadyMessage = { type: 'ready' },
  inbox?: Inbox,
): MessageHandler {
  let context: TaskContext | undefined
  let serving: Serving | undefined
  let unseenBytes = 0
  let residentBytes = 0
  let tasks = 0

  /** Whether a collection is due. */
  const count = ({ memoryBytes }: TaskReport): boolean => {
    tasks += 1
    unseenBytes += memoryBytes
    if (unseenBytes < LOOK_AFTER_BYTES && tasks % LOOK_AFTER_TASKS !== 0) return false
    unseenBytes = 0
    return process.memoryUsage.rss() - residentBytes >= COLLECT_AFTER_BYTES
  }
  const tidyUp = () => {
    collect()
    unseenBytes = 0
    residentBytes = process.memoryUsage.rss()
  }
  const ready = () => {
    tidyUp()
    link.send(hello)
  }
  const done = ({ end, stdoutBytes, stderrBytes }: Omit<TaskReport, 'memoryBytes'>, thenReady: boolean) => {
    link.send({ type: 'done', end, stdoutBytes, stderrBytes, thenReady })
    if (thenReady) ready()
  }
  const finish = (report: TaskReport, { outputMaxBytes }: RunMessage) =>
    done({ ...report, end: sendResult(link, report.end, outputMaxBytes) }, count(report))

  const tally = (report: TaskReport, task: Serving) => {
    task.stdoutBytes += report.stdoutBytes
    task.stderrBytes += report.stderrBytes
    return count(report)
  }
  const reply = (report: TaskReport, task: Serving) => {
    link.send({ type: 'answered', end: report.end })
    if (tally(report, task)) tidyUp()
  }
  const handle: MessageHandler = (message, body) => {
    if (message.type === 'boot') {
      const begin = (transpiler?: Transpiler) => {
        context = { boot: message, modules: new Modules(message, transpiler), link }
        if (message.isOnce === true) {
          link.send(hello)
          return
        }
        warmUp(context)
        ready()
      }
      if (message.transpiler !== undefined) return loadTranspiler(message.transpiler).then(begin)
      begin()
      return undefined
    }
    if (context === undefined) throw new Error('a task arrived before the boot message')
    switch (message.type) {
      case 'run': {
        const { run, body: module } = withLongEnv(message, body)
        const outcome = performTask(run, module, context)
        if (outcome instanceof Promise) return outcome.then((report) => finish(report, run))
        if ('serve' in outcome) {
          const { serve, compileMs } = outcome
          serving = { run, serve, stdoutBytes: 0, stderrBytes: 0 }
          const takesConnections = inbox !== undefined && serve.kind === 'synchronous'
          const leave = () => void handle({ type: 'leave' }, NO_BYTES)
          if (takesConnections) takeConnections({ inbox, serving, context, tally, tidyUp, leave })
          link.send({ type: 'serving', compileMs, takesConnections })
        } else finish(outcome, run)
        return undefined
      }
      case 'request': {
        const task = serving
        if (task === undefined) throw new Error('a request arrived for a task that does not serve')
        const report = perform(task.run, context, (session) => task.serve.answer(message, session))
        if (report instanceof Promise) return report.then((each) => reply(each, task))
        reply(report, task)
        return undefined
      }
      case 'leave':
        if (serving !== undefined) done({ ...serving, end: { kind: 'printed' } }, true)
        serving = undefined
        return undefined
      case 'given':
      case 'hal-answer':
      case 'taken-back':
        throw new Error('an answer arrived that nothing was waiting for')
    }
  }
  return handle
}
