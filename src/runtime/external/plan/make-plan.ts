import { ComponentError } from '@proplet/component/error.js'
import { decodeComponent } from '@proplet/component/binary/decode.js'
import { describe } from '@proplet/component/describe/describe.js'
import type { ComponentDescription } from '@proplet/component/describe/description.js'
import { describeModule } from '@proplet/component/wasm/describe-module.js'
import { DEFAULT_EXPORT, isCommandName } from '../../guest/call/call-plan.js'
import { callables, isServer, planComponent } from '../../guest/call/component-plan.js'
import { isTaskFailure, TaskFailure } from '../../guest/call/failure.js'
import { moduleLayer } from '@proplet/component/wasm/preamble.js'
import { formatBytes, quote } from '@proplet/component/units.js'
import { MAX_TEXT_BYTES } from './process-limits.js'
import type { Plan, PlanRequest } from './plan.js'

type Call = Pick<PlanRequest, 'name' | 'inputs'>

const COMMAND = '_start'
const FALLBACKS = ['main', 'run', COMMAND] as const

/** Plans the call of a runtime with the command line of wasmtime. Invalid binaries are refused. */
export function makePlan(bytes: Uint8Array, call: Call): Plan {
  try {
    return moduleLayer(bytes) === 'core' ? planCore(bytes, call) : planOfComponent(bytes, call)
  } catch (error) {
    if (!isTaskFailure(error)) throw error
    return { kind: 'refused', code: error.code, error: error.message }
  }
}

/** Chooses like the embedded runtime, but leaves arguments and results to the runtime. */
function planCore(bytes: Uint8Array, { name }: Call): Plan {
  const functions = functionsOf(bytes)
  if (functions === undefined)
    return { kind: 'run', inputsInCall: false, ...(isCommandName(name) ? {} : { invoke: name }) }
  if (isCommandName(name) && (functions.has(COMMAND) || functions.has(DEFAULT_EXPORT)))
    return { kind: 'run', inputsInCall: false }
  if (functions.has(name)) return { kind: 'run', inputsInCall: false, invoke: name }
  const fallback = FALLBACKS.find((candidate) => functions.has(candidate))
  const problem = `no function ${quote(name)} is exported`
  if (fallback === undefined) throw new TaskFailure('call', problem)
  return {
    kind: 'run',
    inputsInCall: false,
    warning: `${problem}; running ${quote(fallback)} instead`,
    ...(fallback === COMMAND ? {} : { invoke: fallback }),
  }
}

/** Undefined for a module with unknown features, which another engine may support. */
function functionsOf(bytes: Uint8Array): ReadonlySet<string> | undefined {
  try {
    const { exports } = describeModule(bytes)
    return new Set(exports.flatMap(({ name, item }) => (item.kind === 'function' ? [name] : [])))
  } catch (error) {
    if (error instanceof ComponentError) return undefined
    throw error
  }
}

function planOfComponent(bytes: Uint8Array, { name, inputs }: Call): Plan {
  const description = descriptionOf(bytes)
  if (description === undefined)
    return isCommandName(name) ? { kind: 'run', inputsInCall: false } : invoking(name, inputs)
  if (isServer(description, name)) return { kind: 'serve' }
  const plan = planComponent({ description }, name, inputs)
  if (plan.kind === 'command') return { kind: 'run', inputsInCall: false }
  const isOnly = callables(description.exports).filter((each) => each.name === plan.export).length === 1
  const func = isOnly || plan.instance === undefined ? plan.export : `${plan.instance}#${plan.export}`
  return invoking(func, inputs)
}

function invoking(func: string, inputs: readonly string[]): Plan {
  const invoke = `${func}(${inputs.map(closed).join(', ')})`
  if (Buffer.byteLength(invoke) > MAX_TEXT_BYTES)
    throw new TaskFailure('call', `inputs: expected at most ${formatBytes(MAX_TEXT_BYTES + 1)} in one call`)
  return { kind: 'run', inputsInCall: true, invoke }
}

/** Undefined for a component with unsupported features, which another runtime may support. */
function descriptionOf(bytes: Uint8Array): ComponentDescription | undefined {
  try {
    return describe(decodeComponent(bytes))
  } catch (error) {
    if (error instanceof ComponentError && error.code === 'unsupported') return undefined
    throw error
  }
}

/** A comment at the end of a value must not hide what follows. */
const closed = (input: string): string => (input.includes('//') ? `${input}\n` : input)
