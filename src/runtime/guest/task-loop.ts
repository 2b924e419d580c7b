import type { Serve } from './http/serve.js'
import type { Link, MessageHandler } from './link.js'
import { Modules } from './modules.js'
import type { GuestEnd, ReadyMessage, RequestMessage, RunMessage } from './protocol.js'
import { perform, performTask, type TaskContext, type TaskReport } from './task.js'
import { warmUp } from './warm-up.js'

/** Linear memory of tasks since the last collection, above which one is due: V8 does not count it by itself. */
const COLLECT_AFTER_BYTES = 32 * 1024 * 1024
/** Small tasks leave instances behind as well, and the daemon looks at the resident size then. */
const COLLECT_AFTER_TASKS = 200

/** A task that serves HTTP, and what its requests wrote so far. */
type Serving = { readonly run: RunMessage; readonly serve: Serve; stdoutBytes: number; stderrBytes: number }

/** Answers the messages of the daemon, one task at a time. `collect` is V8's `gc`; `hello` says that it is ready. */
export function createTaskLoop(
  link: Link,
  collect: () => void,
  hello: ReadyMessage = { type: 'ready' },
): MessageHandler {
  let context: TaskContext | undefined
  let serving: Serving | undefined
  let garbageBytes = 0
  let tasks = 0

  /** Whether a collection is due. */
  const count = ({ memoryBytes }: TaskReport): boolean => {
    tasks += 1
    garbageBytes += memoryBytes
    return garbageBytes >= COLLECT_AFTER_BYTES || tasks % COLLECT_AFTER_TASKS === 0
  }
  const tidyUp = () => {
    collect()
    garbageBytes = 0
  }
  const ready = () => {
    tidyUp()
    link.send(hello)
  }
  const done = (
    end: GuestEnd,
    { stdoutBytes, stderrBytes }: Pick<TaskReport, 'stdoutBytes' | 'stderrBytes'>,
    thenReady: boolean,
  ) => {
    link.send({ type: 'done', end, stdoutBytes, stderrBytes, thenReady })
    if (thenReady) ready()
  }

  const answer = (request: RequestMessage, task: Serving, within: TaskContext) => {
    const report = perform(task.run, within, (session) => task.serve(request, session))
    task.stdoutBytes += report.stdoutBytes
    task.stderrBytes += report.stderrBytes
    link.send({ type: 'answered', end: report.end })
    if (count(report)) tidyUp()
  }

  return (message, body) => {
    if (message.type === 'boot') {
      context = { boot: message, modules: new Modules(message), link }
      warmUp(context)
      ready()
      return
    }
    if (context === undefined) throw new Error('a task came before the boot message')
    switch (message.type) {
      case 'run': {
        const { report, serve } = performTask(message, body, context)
        if (serve !== undefined) {
          serving = { run: message, serve, stdoutBytes: 0, stderrBytes: 0 }
          link.send({ type: 'serving' })
        } else done(report.end, report, count(report))
        return
      }
      case 'request':
        if (serving === undefined) throw new Error('a request came for a task that does not serve')
        answer(message, serving, context)
        return
      case 'leave':
        if (serving !== undefined) done({ kind: 'printed' }, serving, true)
        serving = undefined
        return
      case 'given':
        throw new Error('an answer came to what was not asked')
    }
  }
}
