import type { Link, MessageHandler } from './link.js'
import { Modules } from './modules.js'
import { performTask, type TaskContext, type TaskReport } from './task.js'
import { warmUp } from './warm-up.js'

/** Linear memory of tasks since the last collection, above which one is due: V8 does not count it by itself. */
const COLLECT_AFTER_BYTES = 32 * 1024 * 1024
/** Small tasks leave instances behind as well, and the daemon looks at the resident size then. */
const COLLECT_AFTER_TASKS = 200

/** Answers the messages of the daemon, one task at a time. `collect` is V8's `gc`. */
export function createTaskLoop(link: Link, collect: () => void): MessageHandler {
  let context: TaskContext | undefined
  let garbageBytes = 0
  let tasks = 0

  const ready = () => {
    collect()
    garbageBytes = 0
    link.send({ type: 'ready' })
  }

  const answer = ({ end, stdoutBytes, stderrBytes, memoryBytes }: TaskReport) => {
    tasks += 1
    garbageBytes += memoryBytes
    const thenReady = garbageBytes >= COLLECT_AFTER_BYTES || tasks % COLLECT_AFTER_TASKS === 0
    link.send({ type: 'done', end, stdoutBytes, stderrBytes, thenReady })
    if (thenReady) ready()
  }

  return (message, body) => {
    if (message.type === 'boot') {
      context = { boot: message, modules: new Modules(message), link }
      warmUp(context)
      ready()
      return undefined
    }
    if (context === undefined) throw new Error('a task came before the boot message')
    const report = performTask(message, body, context)
    if (report instanceof Promise) return report.then(answer)
    answer(report)
    return undefined
  }
}
