import { parseArguments } from './arguments.js'
import { TaskFailure } from './failure.js'
import { checkResults } from './results.js'
import type { ModuleShape } from '@proplet/component/wasm/scan.js'
import { quote } from '@proplet/component/units.js'
import type { FunctionType } from '@proplet/component/wasm/value-types.js'

/** What to call, decided before anything runs. */
export type CallPlan =
  | {
      readonly kind: 'command'
      readonly export: string
      /** `_initialize` is called first. */
      readonly initialize: boolean
      readonly warning: string | undefined
    }
  | {
      readonly kind: 'function'
      readonly export: string
      readonly type: FunctionType
      readonly args: readonly (number | bigint)[]
      /** `_initialize` is called first. */
      readonly initialize: boolean
      readonly warning: string | undefined
    }

const COMMAND = '_start'
const REACTOR = '_initialize'
/** The default export, which some modules have instead of `_start`, such as those of itk-wasm. */
export const DEFAULT_EXPORT = ''
const FALLBACKS = ['main', 'run', COMMAND] as const
/** Rounds of federated learning run the command under the name of the round. */
const ROUND_PREFIX = 'fl-round-'

/**
 * `_start` and rounds of federated learning run the WASI command, or without one the default export. Any other name calls the
 * function that is exported under it; if there is none, the first of `main`, `run` and `_start` is called with a warning, unless
 * `isExact`. Fails with `call` if there is no function or the arguments are wrong.
 */
export function planCall(
  shape: ModuleShape,
  name: string,
  inputs: readonly string[],
  isExact = false,
): CallPlan {
  const command = [COMMAND, DEFAULT_EXPORT].find((each) => shape.functions.has(each))
  if (isCommandName(name) && command !== undefined) return planCommand(shape, command, undefined)
  if (shape.functions.has(name)) return planFunction(shape, name, inputs, undefined)

  const fallback = isExact ? undefined : FALLBACKS.find((candidate) => shape.functions.has(candidate))
  if (fallback === undefined)
    throw new TaskFailure('call', `${noSuchFunction(name)}; ${exportedFunctions(shape)}`)
  const warning = `${noSuchFunction(name)}; running ${quote(fallback)} instead`
  return fallback === COMMAND
    ? planCommand(shape, COMMAND, warning)
    : planFunction(shape, fallback, inputs, warning)
}

/** Names that mean the command itself, not an export. */
export const isCommandName = (name: string): boolean => name === COMMAND || name.startsWith(ROUND_PREFIX)

function planCommand(shape: ModuleShape, name: string, warning: string | undefined): CallPlan {
  const type = shape.functions.get(name)
  if (type !== undefined && type.params.length + type.results.length > 0) {
    throw new TaskFailure(
      'call',
      `${quote(name)} of a WASI command must not take or return anything, but this one does`,
    )
  }
  return {
    kind: 'command',
    export: name,
    initialize: name !== COMMAND && shape.functions.has(REACTOR),
    warning,
  }
}

function planFunction(
  shape: ModuleShape,
  name: string,
  inputs: readonly string[],
  warning: string | undefined,
): CallPlan {
  const type = shape.functions.get(name)
  if (type === undefined) throw new TaskFailure('call', noSuchFunction(name))
  checkResults(name, type)
  const args = parseArguments(name, type, inputs)
  const initialize = name !== REACTOR && shape.functions.has(REACTOR)
  return { kind: 'function', export: name, type, args, initialize, warning }
}

function noSuchFunction(name: string): string {
  return `no function ${quote(name)} is exported`
}

function exportedFunctions(shape: ModuleShape): string {
  const names = [...shape.functions.keys()]
  if (names.length === 0) return 'the module exports no functions'
  const shown = names.slice(0, 20).map((name) => quote(name))
  return `exported functions: ${shown.join(', ')}${names.length > shown.length ? ', …' : ''}`
}
