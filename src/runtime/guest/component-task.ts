import {
  instantiate,
  type ComponentInstance,
  type ExportedFunction,
} from '../../component/link/instantiate.js'
import type { PreparedComponent } from '../../component/link/prepare.js'
import type { ValueType } from '../../component/types.js'
import { WavePrintError } from '../../component/wave/error.js'
import { printWave } from '../../component/wave/print.js'
import { createPreview2 } from '../wasi/preview2.js'
import { planComponent, type ComponentPlan } from './component-plan.js'
import { TaskFailure } from './failure.js'
import type { GuestEnd } from './protocol.js'
import type { GuestCall, Session } from './session.js'
import { quote } from './units.js'

const NETWORK = /^wasi:(?:sockets|http)\//

/** Instantiates a component with WASI preview 2. */
export function startComponent(
  prepared: PreparedComponent,
  { run, boot, stdout, stderr, live }: Session,
): GuestCall {
  const plan = planComponent(prepared, run.name, run.inputs)
  refuseNetwork(prepared)
  const wasi = createPreview2({
    args: [run.program ?? run.name, ...(plan.kind === 'command' ? run.inputs : run.cliArgs)],
    env: run.env,
    preopens: boot.preopens,
    stdout,
    stderr,
  })
  live.close = () => wasi.close()
  const instance = instantiate(prepared, wasi.imports)
  live.memoryBytes = () => instance.memoryBytes()
  return () => call(instance, plan)
}

function refuseNetwork({ imports }: PreparedComponent): void {
  const wanted = imports.find((each) => NETWORK.test(each.interface))
  if (wanted === undefined) return
  throw new TaskFailure(
    'unsupported',
    `the component imports ${quote(wanted.interface)}: the network is not available to guests in this release`,
  )
}

function call(instance: ComponentInstance, plan: ComponentPlan): GuestEnd {
  const returned = exportedFunction(instance, plan)(...plan.args)
  if (plan.kind === 'command') return isError(returned) ? exitedWithError : { kind: 'printed' }
  if (plan.result === undefined) return { kind: 'printed' }
  return { kind: 'returned', text: print(plan.result, returned) }
}

/** `run` has no other way to say so than its `result`. */
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
