import type { Bytes } from './compile.js'
import { components } from './components.js'
import { startCore } from './core-task.js'
import { blameMemory, endOfThrow } from './end-of-throw.js'
import type { Link } from './link.js'
import type { Modules } from './modules.js'
import { GuestOutput } from './output.js'
import type { BootMessage, GuestEnd, RunMessage } from './protocol.js'
import type { Live, Session } from './session.js'

export type TaskContext = { readonly boot: BootMessage; readonly modules: Modules; readonly link: Link }

export type TaskReport = {
  readonly end: GuestEnd
  readonly stdoutBytes: number
  readonly stderrBytes: number
  /** Linear memory at the end. */
  readonly memoryBytes: number
}

/** Runs one task to its end, whatever that is. A promise: what it calls is async. */
export function performTask(
  run: RunMessage,
  body: Bytes,
  context: TaskContext,
): TaskReport | Promise<TaskReport> {
  const { boot, link, modules } = context
  const stdout = new GuestOutput('stdout', run.outputMaxBytes, (bytes) => link.write('stdout', bytes))
  const stderr = new GuestOutput('stderr', run.outputMaxBytes, (bytes) => link.write('stderr', bytes))
  const live: Live = {}
  const session: Session = { run, boot, link, stdout: stdout.sink, stderr: stderr.sink, live }

  const ended = guarded(() => {
    modules.drop(run.evict)
    const { loaded, compileMs } = modules.load(run.module, body)
    const call =
      loaded.layer === 'core'
        ? startCore(loaded, session)
        : components().task.startComponent(loaded.prepared, session)
    if (run.keep) modules.keep(run.module.digest, loaded)
    link.send({ type: 'started', compileMs })
    return call()
  })

  const report = (called: GuestEnd): TaskReport => {
    const end = guarded(() => {
      live.close?.()
      return called
    })
    const sizes = live.memoryBytes?.() ?? []
    return {
      end: blameMemory(end, Math.max(0, ...sizes), boot.memoryMaxBytes),
      stdoutBytes: stdout.bytes,
      stderrBytes: stderr.bytes,
      memoryBytes: sizes.reduce((sum, bytes) => sum + bytes, 0),
    }
  }
  return ended instanceof Promise ? ended.catch(endOfThrow).then(report) : report(ended)
}

function guarded<T>(step: () => T): T | GuestEnd {
  try {
    return step()
  } catch (thrown) {
    return endOfThrow(thrown)
  }
}
