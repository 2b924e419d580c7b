import type { ComponentInstance, ExportedFunction } from '@proplet/component/link/instantiate.js'
import type { ValueType } from '@proplet/component/types.js'
import { WavePrintError } from '@proplet/component/wave/error.js'
import { printWave } from '@proplet/component/wave/print.js'
import { planComponent, type ComponentPlan } from '../call/component-plan.js'
import { hostOf } from '../host/component-host.js'
import { consoleOf } from '../host/console.js'
import { TaskFailure } from '../call/failure.js'
import { halOf } from '../host/hal-imports.js'
import { instantiateComponent, type EngineComponent } from '../host/instantiate.js'
import type { GuestEnd } from '../channel/protocol.js'
import type { GuestCall, Session } from '../call/session.js'
import { quote } from '@proplet/component/units.js'

export { isServer } from '../call/component-plan.js'

/** Instantiates a component with WASI 0.2, and with WASI 0.3 if it needs that. */
export function startComponent(
  prepared: EngineComponent,
  { run, boot, link, stdout, stderr, live }: Session,
): GuestCall {
  const plan = planComponent(prepared, run.name, run.inputs)
  const { imports, work, close } = hostOf(prepared, link, {
    args: [run.program ?? run.name, ...(plan.kind === 'command' ? run.inputs : run.cliArgs)],
    env: run.env,
    preopens: boot.preopens,
    ...consoleOf(run),
    stdout,
    stderr,
  })
  live.close = close
  const instance = instantiateComponent(prepared, { ...imports, ...halOf(prepared, { boot, link }) }, work)
  live.close = () => {
    instance.stop()
    close()
  }
  live.memoryBytes = () => instance.memoryBytes()
  live.release = () => instance.release()
  return () => call(instance, plan)
}

function call(instance: ComponentInstance, plan: ComponentPlan): GuestEnd | Promise<GuestEnd> {
  const returned = exportedFunction(instance, plan)(...plan.args)
  return returned instanceof Promise
    ? returned.then((value: unknown) => endOf(plan, value))
    : endOf(plan, returned)
}

function endOf(plan: ComponentPlan, returned: unknown): GuestEnd {
  if (plan.kind === 'command') return isError(returned) ? exitedWithError : { kind: 'printed' }
  if (plan.result === undefined) return { kind: 'printed' }
  return { kind: 'returned', text: print(plan.result, returned) }
}

/** `run` can only report this by its `result`. */
const exitedWithError: GuestEnd = { kind: 'failed', code: 'exit', error: 'exited with status 1' }

const isError = (result: unknown): boolean =>
  typeof result === 'object' && result !== null && 'tag' in result && result.tag === 'err'

function exportedFunction(instance: ComponentInstance, plan: ComponentPlan): ExportedFunction {
  const found = instance.exports.get(plan.instance ?? plan.export)
  const func = typeof found === 'function' ? found : found?.get(plan.export)
  if (func === undefined) throw new TaskFailure('runtime', `${quote(plan.export)} is not exported after all`)
  return func
}

function print(type: ValueType, value: unknown): string {
  try {
    return printWave(type, value)
  } catch (error) {
    if (!(error instanceof WavePrintError)) throw error
    throw new TaskFailure('call', `the result has no text form: ${error.message}`, { cause: error })
  }
}
