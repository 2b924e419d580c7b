import { ComponentError } from '../../error.js'
import { quote } from '../../units.js'
import type { CoreItem } from '../abi/canon-plan.js'
import type { CoreFunction, Instantiation } from './instantiation.js'

export function resolve(instantiation: Instantiation, item: CoreItem): unknown {
  if (item.from === 'host') return instantiation.hostFunctions[item.index]
  const exports = instantiation.core[item.instance]
  if (exports === undefined || !Object.hasOwn(exports, item.name)) throw missing(item.name, 'nothing')
  return exports[item.name]
}

export function resolveFunction(instantiation: Instantiation, item: CoreItem): CoreFunction {
  const found = resolve(instantiation, item)
  if (isFunction(found)) return found
  throw missing(item.from === 'host' ? 'function' : item.name, 'no function')
}

export function resolveMemory(instantiation: Instantiation, item: CoreItem): WebAssembly.Memory {
  const found = resolve(instantiation, item)
  if (found instanceof WebAssembly.Memory) return found
  throw missing(item.from === 'host' ? 'memory' : item.name, 'no memory')
}

const missing = (name: string, what: string): ComponentError =>
  new ComponentError('binary', `malformed component: a core instance exports ${what} as ${quote(name)}`)

const isFunction = (value: unknown): value is CoreFunction => typeof value === 'function'
