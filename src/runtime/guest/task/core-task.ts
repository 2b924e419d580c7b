import { createPreview1 } from '@proplet/wasi/preview1.js'
import { planCall, type CallPlan } from '../call/call-plan.js'
import type { CompiledModule } from '@proplet/component/wasm/compile.js'
import { TaskFailure } from '../call/failure.js'
import { rawHalOf } from '../host/hal-imports.js'
import { consoleOf } from '../host/console.js'
import { checkImports, importsWasi, WASI_MODULE } from '../host/imports.js'
import type { GuestEnd } from '../channel/protocol.js'
import { formatResults } from '../call/results.js'
import type { GuestCall, Session } from '../call/session.js'

/** Instantiates a core module with WASI preview 1. */
export function startCore(
  loaded: CompiledModule,
  { run, boot, link, stdout, stderr, live }: Session,
): GuestCall {
  const plan = planCall(loaded.shape, run.name, run.inputs, run.isExact)
  if (plan.warning !== undefined) link.send({ type: 'warning', message: plan.warning })

  const wasi = importsWasi(loaded.shape)
    ? createPreview1({
        args: [run.program ?? run.name, ...(plan.kind === 'command' ? run.inputs : run.cliArgs)],
        env: run.env,
        preopens: boot.preopens,
        ...consoleOf(run),
        stdout,
        stderr,
      })
    : undefined
  if (wasi !== undefined) live.close = () => wasi.close()

  const hal = rawHalOf(loaded.shape.imports, { boot, link })
  const imports = { ...hal?.imports, ...(wasi !== undefined && { [WASI_MODULE]: wasi.imports }) }
  if (Object.keys(imports).length > 0 && loaded.shape.wide.has('memory'))
    throw new TaskFailure(
      'unsupported',
      `the module has a memory of 64 bits, which ${Object.keys(imports).join(' and ')} has no form for; a component can have one`,
    )
  checkImports(loaded.shape, imports)
  const instance = new WebAssembly.Instance(loaded.module, imports)
  const memory = instance.exports['memory']
  if (memory instanceof WebAssembly.Memory) {
    live.memoryBytes = () => [memory.buffer.byteLength]
    wasi?.bind(memory)
    hal?.bind(memory)
  }
  return () => call(instance, plan)
}

function call(instance: WebAssembly.Instance, plan: CallPlan): GuestEnd {
  if (plan.initialize) exportedFunction(instance, '_initialize')()
  if (plan.kind === 'command') {
    exportedFunction(instance, plan.export)()
    return { kind: 'printed' }
  }
  const returned = exportedFunction(instance, plan.export)(...plan.args)
  if (plan.type.results.length === 0) return { kind: 'printed' }
  return { kind: 'returned', text: formatResults(plan.type, returned) }
}

function exportedFunction(instance: WebAssembly.Instance, name: string): (...args: unknown[]) => unknown {
  const exported: unknown = instance.exports[name]
  if (isFunction(exported)) return exported
  throw new TaskFailure('runtime', `the export ${JSON.stringify(name)} is not a function after all`)
}

function isFunction(value: unknown): value is (...args: unknown[]) => unknown {
  return typeof value === 'function'
}
