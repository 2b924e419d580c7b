import { camelCase } from '../wave/names.js'
import type { FunctionShape, LinkedFunction } from './function.js'
import type { Constructor } from './resource.js'
import type { ComponentFunction, Imports } from './run.js'

/** A function that a component takes from outside. */
export type HostFunction = LinkedFunction & {
  /** As it is written, with its version; of a function that is imported by itself, its name. */
  readonly interface: string
  /** Such as `[method]output-stream.write`; empty for a function that is imported by itself. */
  readonly name: string
  /** Undefined: it is not provided. */
  readonly bind: (imports: Imports) => ComponentFunction | undefined
}

export function hostFunction(interfaceName: string, name: string, shape: FunctionShape): HostFunction {
  const bind = (imports: Imports) => {
    const found = name === '' ? plain(imports, interfaceName) : member(provided(imports, interfaceName), name)
    if (found === undefined) return undefined
    return shape.result?.kind === 'result' ? catching(found) : found
  }
  return {
    interface: interfaceName,
    name,
    shape,
    bind,
    make: ({ imports }) => {
      const bound = bind(imports)
      if (bound === undefined) throw new Error(`${interfaceName} ${name} is not provided`)
      return bound
    },
  }
}

/** The class of a host's resource; undefined where none is provided. */
export function hostClass(
  imports: Imports,
  interfaceName: string,
  resource: string,
): Constructor | undefined {
  const found = name(provided(imports, interfaceName), pascalCase(resource))
  return isConstructor(found) ? found : undefined
}

/** Interfaces are provided without version, for all that are compatible. */
const provided = (imports: Imports, interfaceName: string): unknown =>
  name(imports, interfaceName.replace(/@.*$/, ''))

function plain(imports: Imports, functionName: string): ComponentFunction | undefined {
  const found = name(imports, functionName)
  return isCallable(found) ? (args) => found(...args) : undefined
}

const FORM = /^\[(constructor|method|static)\]([^.]+)(?:\.(.+))?$/

function member(from: unknown, functionName: string): ComponentFunction | undefined {
  const [, form, resource = '', method = ''] = FORM.exec(functionName) ?? []
  if (form === undefined) {
    const found = name(from, camelCase(functionName))
    return isCallable(found) ? (args) => found(...args) : undefined
  }
  const type = name(from, pascalCase(resource))
  if (!isConstructor(type)) return undefined
  if (form === 'constructor') return (args) => Reflect.construct(type, args) as unknown
  if (form === 'static') {
    const found = name(type, camelCase(method))
    return isCallable(found) ? (args) => Reflect.apply(found, type, args) : undefined
  }
  const found = name(type.prototype, camelCase(method))
  return isCallable(found) ? ([self, ...args]) => Reflect.apply(found, self, args) : undefined
}

/** An error with a payload is the error of the function's `result`; any other one goes on. */
const catching =
  (call: ComponentFunction): ComponentFunction =>
  (args) => {
    try {
      return { tag: 'ok', val: call(args) }
    } catch (error) {
      if (error instanceof Error && 'payload' in error) return { tag: 'err', val: error.payload }
      throw error
    }
  }

const pascalCase = (label: string): string => {
  const camel = camelCase(label)
  return camel.slice(0, 1).toUpperCase() + camel.slice(1)
}

/** A property that is not one of all objects. */
const name = (from: unknown, key: string): unknown =>
  (typeof from === 'object' || typeof from === 'function') && from !== null && !(key in Object.prototype)
    ? Reflect.get(from, key)
    : undefined

const isCallable = (value: unknown): value is (...args: readonly unknown[]) => unknown =>
  typeof value === 'function'

const isConstructor = (value: unknown): value is Constructor & { readonly prototype: unknown } =>
  typeof value === 'function'
