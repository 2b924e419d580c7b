import { ComponentError } from '../../error.js'
import { quote } from '../../units.js'
import { camelCase } from '../../wave/names.js'
import type { FunctionShape } from './function.js'
import type { LinkedFunction, ComponentFunction, Imports, Instantiation } from './instantiation.js'
import type { Constructor } from '../abi/resource.js'
import type { AsyncFunction } from '../async/function.js'
import { Later } from '../async/host.js'

/** A function that a component imports from the host. */
export type HostFunction = LinkedFunction & {
  /** The interface as written, with its version; for a function imported directly, its name. */
  readonly interface: string
  /** Such as `[method]output-stream.write`; empty for a function imported directly. */
  readonly name: string
  /** Undefined if the host does not provide it. */
  readonly bind: Bind
}

type Bind = (imports: Imports) => ComponentFunction | undefined

/** Where the host provides an instance. */
export type HostScope = {
  /** As written; for an instance within another one, prefixed with its name. */
  readonly name: string
  readonly find: (imports: Imports) => unknown
}

/** An instance imported directly, or within another one. */
export function hostScope(name: string, within: HostScope | undefined): HostScope {
  const key = keyOf(name)
  if (within === undefined) return { name, find: (imports) => property(imports, key) }
  return { name: `${within.name}/${name}`, find: (imports) => property(within.find(imports), key) }
}

/** @param scope undefined if the function is imported directly */
export function hostFunction(
  scope: HostScope | undefined,
  name: string,
  type: { readonly async: boolean; readonly shape: FunctionShape },
): HostFunction {
  const find = scope === undefined ? plainBinder(name) : memberBinder(scope, name)
  const label = scope === undefined ? { interface: name, name: '' } : { interface: scope.name, name }
  const bind: Bind = (imports) => {
    const found = find(imports)
    return found !== undefined && type.shape.result?.kind === 'result' ? catching(found) : found
  }
  const func: HostFunction = {
    ...label,
    get shape() {
      return type.shape
    },
    instance: undefined,
    bind,
    make: () => {
      throw new Error(`${label.interface} ${label.name} was not bound`)
    },
    start: type.async ? (instantiation) => startHost(instantiation, instantiation.function(func)) : undefined,
  }
  return func
}

/** The result of a host function: an immediate value, or a `Later`. */
function startHost({ scheduler }: Instantiation, func: ComponentFunction): AsyncFunction {
  return ({ begin, resolve, exit }) => {
    const end = (result: Parameters<typeof resolve>[0]) => {
      resolve(result)
      exit?.()
    }
    const answer = func(begin())
    if (!(answer instanceof Later)) {
      end({ value: answer })
      return { cancel: () => undefined }
    }
    let isBegun = false
    let atOnce: { readonly value: unknown } | undefined
    const stop = scheduler.outside((done) =>
      answer.begin((value) => {
        if (isBegun) done(() => end({ value }))
        else atOnce = { value }
      }),
    )
    isBegun = true
    if (atOnce !== undefined) {
      stop()
      end(atOnce)
      return { cancel: () => undefined }
    }
    return {
      cancel: () => {
        stop()
        end(undefined)
      },
    }
  }
}

/** The class of a host resource; undefined if the host provides none. */
export function hostClass(
  scope: HostScope | undefined,
  resource: string,
): (imports: Imports) => Constructor | undefined {
  const className = pascalCase(resource)
  return (imports) => {
    const found = property(scope === undefined ? imports : scope.find(imports), className)
    return isConstructor(found) ? found : undefined
  }
}

/** A core module provided by the host. */
export function hostModule(
  scope: HostScope | undefined,
  name: string,
): (imports: Imports) => WebAssembly.Module {
  return (imports) => {
    const found = property(scope === undefined ? imports : scope.find(imports), name)
    if (found instanceof WebAssembly.Module) return found
    const wanted = quote(scope === undefined ? name : `${scope.name}#${name}`, 120)
    throw new ComponentError(
      'binary',
      `the component imports what this runtime does not provide: the core module ${wanted}`,
    )
  }
}

/** Interfaces are looked up without version, except those of WASI 0.3, which share names with 0.2: `wasi:cli/stdout@0.3`. */
const keyOf = (interfaceName: string): string =>
  WASI_3.exec(interfaceName)?.[1] ?? interfaceName.replace(/@.*$/, '')

const WASI_3 = /^(wasi:[^@]*@0\.3)\./

const plainBinder =
  (functionName: string): Bind =>
  (imports) => {
    const found = property(imports, functionName)
    return isCallable(found) ? (args) => found(...args) : undefined
  }

const FORM = /^\[(constructor|method|static)\]([^.]+)(?:\.(.+))?$/

/** The name is parsed once, not in each run. */
function memberBinder({ find }: HostScope, functionName: string): Bind {
  const [, form, resource = '', label = functionName] = FORM.exec(functionName) ?? []
  const method = camelCase(label)
  if (form === undefined)
    return (imports) => {
      const found = property(find(imports), method)
      return isCallable(found) ? (args) => found(...args) : undefined
    }
  const className = pascalCase(resource)
  return (imports) => {
    const type = property(find(imports), className)
    if (!isConstructor(type)) return undefined
    if (form === 'constructor') return (args) => Reflect.construct(type, args) as unknown
    const found = property(form === 'static' ? type : type.prototype, method)
    if (!isCallable(found)) return undefined
    if (form === 'static') return (args) => Reflect.apply(found, type, args)
    return ([self, ...args]) => Reflect.apply(found, self, args)
  }
}

/** An exception with a payload becomes the error of the function's `result`; others are rethrown. */
const catching =
  (call: ComponentFunction): ComponentFunction =>
  (args) => {
    try {
      const val = call(args)
      return val instanceof Later ? val : { tag: 'ok', val }
    } catch (error) {
      if (error instanceof Error && 'payload' in error) return { tag: 'err', val: error.payload }
      throw error
    }
  }

const pascalCase = (label: string): string => {
  const camel = camelCase(label)
  return camel.slice(0, 1).toUpperCase() + camel.slice(1)
}

/** A property of the object that is not inherited from Object.prototype. */
const property = (from: unknown, key: string): unknown =>
  (typeof from === 'object' || typeof from === 'function') && from !== null && !(key in Object.prototype)
    ? Reflect.get(from, key)
    : undefined

const isCallable = (value: unknown): value is (...args: readonly unknown[]) => unknown =>
  typeof value === 'function'

const isConstructor = (value: unknown): value is Constructor & { readonly prototype: unknown } =>
  typeof value === 'function'
