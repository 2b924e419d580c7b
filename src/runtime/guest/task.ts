import { createPreview1 } from '../wasi/preview1.js'
import { planCall, type CallPlan } from './call-plan.js'
import { blameMemory, endOfThrow } from './end-of-throw.js'
import { TaskFailure } from './failure.js'
import { checkImports, importsWasi, WASI_MODULE } from './imports.js'
import type { Link } from './link.js'
import type { Bytes, LoadedModule, Modules } from './modules.js'
import { GuestOutput } from './output.js'
import type { BootMessage, GuestEnd, RunMessage } from './protocol.js'
import { formatResults } from './results.js'

export type TaskContext = { readonly boot: BootMessage; readonly modules: Modules; readonly link: Link }

export type TaskReport = {
  readonly end: GuestEnd
  readonly stdoutBytes: number
  readonly stderrBytes: number
  /** Linear memory at the end. */
  readonly memoryBytes: number
}

/** Runs one task to its end, whatever that is. */
export function performTask(run: RunMessage, body: Bytes, context: TaskContext): TaskReport {
  const { boot, link, modules } = context
  const stdout = new GuestOutput('stdout', run.outputMaxBytes, (bytes) => link.write('stdout', bytes))
  const stderr = new GuestOutput('stderr', run.outputMaxBytes, (bytes) => link.write('stderr', bytes))
  const live: { memory?: WebAssembly.Memory; close?: () => void } = {}

  const ended = guarded(() => {
    modules.drop(run.evict)
    const { loaded, compileMs } = modules.load(run.module, body)
    const plan = planCall(loaded.shape, run.name, run.inputs)
    if (plan.warning !== undefined) link.send({ type: 'warning', message: plan.warning })

    const wasi = importsWasi(loaded.shape)
      ? createPreview1({
          args: [run.name, ...(plan.kind === 'command' ? run.inputs : run.cliArgs)],
          env: run.env,
          preopens: boot.preopens,
          stdout: stdout.sink,
          stderr: stderr.sink,
        })
      : undefined
    if (wasi !== undefined) live.close = () => wasi.close()

    const instance = instantiate(loaded, wasi?.imports)
    const memory = instance.exports['memory']
    if (memory instanceof WebAssembly.Memory) {
      live.memory = memory
      wasi?.bind(memory)
    }
    if (run.keep) modules.keep(run.module.digest, loaded)
    link.send({ type: 'started', compileMs })
    return call(instance, plan)
  })

  const end = guarded(() => {
    live.close?.()
    return ended
  })
  const memoryBytes = live.memory?.buffer.byteLength ?? 0
  return {
    end: blameMemory(end, memoryBytes, boot.memoryMaxBytes),
    stdoutBytes: stdout.bytes,
    stderrBytes: stderr.bytes,
    memoryBytes,
  }
}

function guarded(step: () => GuestEnd): GuestEnd {
  try {
    return step()
  } catch (thrown) {
    return endOfThrow(thrown)
  }
}

function instantiate(
  loaded: LoadedModule,
  wasi: WebAssembly.ModuleImports | undefined,
): WebAssembly.Instance {
  checkImports(loaded.shape, wasi)
  return new WebAssembly.Instance(loaded.module, wasi === undefined ? {} : { [WASI_MODULE]: wasi })
}

function call(instance: WebAssembly.Instance, plan: CallPlan): GuestEnd {
  if (plan.kind === 'command') {
    exportedFunction(instance, '_start')()
    return { kind: 'printed' }
  }
  if (plan.initialize) exportedFunction(instance, '_initialize')()
  const returned = exportedFunction(instance, plan.export)(...plan.args)
  if (plan.type.results.length === 0) return { kind: 'printed' }
  return { kind: 'returned', text: formatResults(plan.type, returned) }
}

function exportedFunction(instance: WebAssembly.Instance, name: string): (...args: unknown[]) => unknown {
  const exported: unknown = instance.exports[name]
  if (isFunction(exported)) return exported
  throw new TaskFailure('runtime', `the export ${JSON.stringify(name)} is no function after all`)
}

function isFunction(value: unknown): value is (...args: unknown[]) => unknown {
  return typeof value === 'function'
}
