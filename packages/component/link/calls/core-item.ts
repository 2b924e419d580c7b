import { ComponentError } from '../../error.js'
import { quote } from '../../units.js'
import type { CoreItem } from '../abi/canon-plan.js'
import type { CoreFunction, Run } from './run.js'

export function resolve(run: Run, item: CoreItem): unknown {
  if (item.from === 'host') return run.hostFunctions[item.index]
  const exports = run.core[item.instance]
  if (exports === undefined || !Object.hasOwn(exports, item.name)) throw missing(item.name, 'nothing')
  return exports[item.name]
}

export function resolveFunction(run: Run, item: CoreItem): CoreFunction {
  const found = resolve(run, item)
  if (isFunction(found)) return found
  throw missing(item.from === 'host' ? 'function' : item.name, 'no function')
}

export function resolveMemory(run: Run, item: CoreItem): WebAssembly.Memory {
  const found = resolve(run, item)
  if (found instanceof WebAssembly.Memory) return found
  throw missing(item.from === 'host' ? 'memory' : item.name, 'no memory')
}

const missing = (name: string, what: string): ComponentError =>
  new ComponentError('binary', `malformed component: a core instance exports ${what} as ${quote(name)}`)

const isFunction = (value: unknown): value is CoreFunction => typeof value === 'function'
