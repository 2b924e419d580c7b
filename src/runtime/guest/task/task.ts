import { flushCompileCache } from '../../../host/compile-cache.js'
import type { Bytes } from '@proplet/component/wasm/compile.js'
import { components, httpServing } from './components.js'
import { startCore } from './core-task.js'
import { blameMemory, endOfThrow } from '../call/end-of-throw.js'
import type { Serve } from '../http/messages/request.js'
import type { Link } from '../channel/link.js'
import type { LoadedModule, Modules } from './modules.js'
import { GuestOutput } from '../call/output.js'
import { precompiled } from './precompiled.js'
import type { BootMessage, GuestEnd, RunMessage } from '../channel/protocol.js'
import type { GuestCall, Live, Session } from '../call/session.js'

export type TaskContext = { readonly boot: BootMessage; readonly modules: Modules; readonly link: Link }

export type TaskReport = {
  readonly end: GuestEnd
  readonly stdoutBytes: number
  readonly stderrBytes: number
  /** Linear memory at the end. */
  readonly memoryBytes: number
}

/** The result of a task: its end, or a component that waits for requests. */
export type TaskOutcome = TaskReport | { readonly serve: Serve; readonly compileMs: number }

/** Runs one task to its end, or until it serves. Returns a promise if the called function is async. */
export function performTask(
  run: RunMessage,
  body: Bytes,
  context: TaskContext,
): TaskOutcome | Promise<TaskReport> {
  const { link, modules } = context
  let serving: Extract<TaskOutcome, { serve: Serve }> | undefined
  const report = perform(run, context, (session) => {
    modules.drop(run.evict)
    const { loaded, compileMs } = modules.load(run.module, body)
    const call = run.compileOnly ? precompiled(loaded) : startTask(loaded, session)
    if (run.keep) modules.keep(run.module.digest, loaded)
    if (typeof call !== 'function') {
      serving = { ...call, compileMs }
      return { kind: 'printed' }
    }
    link.send({ type: 'started', compileMs })
    if (context.boot.isOnce === true) flushCompileCache()
    return call()
  })
  return serving ?? report
}

function startTask(loaded: LoadedModule, session: Session): GuestCall | { readonly serve: Serve } {
  if (loaded.layer === 'core') return startCore(loaded, session)
  const { prepared } = loaded
  const { isServer, startComponent } = components().task
  // A process for a single task never serves.
  if (session.boot.isOnce !== true && isServer(prepared.description, session.run.name))
    return { serve: httpServing().createServe(prepared) }
  return startComponent(prepared, session)
}

/** Calls a guest, then closes and measures what it leaves, however it ends. */
export function perform(
  run: RunMessage,
  context: TaskContext,
  step: (session: Session) => GuestEnd | Promise<GuestEnd>,
): TaskReport | Promise<TaskReport> {
  const { session, report } = begin(run, context)
  const ended = guarded(() => step(session))
  return ended instanceof Promise ? ended.catch(endOfThrow).then(report) : report(ended)
}

/** The same for a call that has ended when it returns. */
export function performNow(
  run: RunMessage,
  context: TaskContext,
  step: (session: Session) => GuestEnd,
): TaskReport {
  const { session, report } = begin(run, context)
  return report(guarded(() => step(session)))
}

type Begun = { readonly session: Session; readonly report: (called: GuestEnd) => TaskReport }

function begin(run: RunMessage, { boot, link }: TaskContext): Begun {
  const stdout = new GuestOutput('stdout', run.outputMaxBytes, (bytes) => link.write('stdout', bytes))
  const stderr = new GuestOutput('stderr', run.outputMaxBytes, (bytes) => link.write('stderr', bytes))
  const live: Live = {}
  const report = (called: GuestEnd): TaskReport => {
    const end = guarded(() => {
      live.close?.()
      return called
    })
    const sizes = live.memoryBytes?.() ?? []
    if (end.kind !== 'failed') live.release?.()
    return {
      end: blameMemory(end, Math.max(0, ...sizes), boot.memoryMaxBytes),
      stdoutBytes: stdout.bytes,
      stderrBytes: stderr.bytes,
      memoryBytes: sizes.reduce((sum, bytes) => sum + bytes, 0),
    }
  }
  return { session: { run, boot, link, stdout: stdout.sink, stderr: stderr.sink, live }, report }
}

function guarded<T>(step: () => T): T | GuestEnd {
  try {
    return step()
  } catch (thrown) {
    return endOfThrow(thrown)
  }
}
