import { TaskFailure } from '../call/failure.js'
import { messageOf } from '../../../model/message-of.js'

/** The output of jco for a component: files by name, and the imported interfaces. */
export type Transpiled = {
  readonly files: readonly (readonly [name: string, content: Uint8Array])[]
  readonly imports: readonly string[]
}

/** jco's generator of bindings, as `@bytecodealliance/jco-transpile/component` exports it. */
export type Transpiler = (component: Uint8Array) => Transpiled

type Generate = (component: Uint8Array, options: object) => Transpiled

// Interfaces without versions, errors of a `result` as exceptions with a payload, and core modules in separate files.
const OPTIONS = {
  name: 'component',
  instantiation: { tag: 'sync' },
  map: [],
  noTypescript: true,
  noNodejsCompat: true,
  noNamespacedExports: false,
  noComponentErrorWrapping: false,
  base64Cutoff: 0,
  tlaCompat: false,
  validLiftingOptimization: false,
  tracing: false,
  multiMemory: false,
} as const

const isModule = (loaded: object): loaded is { readonly generate: Generate; readonly $init: unknown } =>
  'generate' in loaded && typeof loaded.generate === 'function' && '$init' in loaded

/**
 * Loads jco's transpiler.
 * @param url of the module `@bytecodealliance/jco-transpile/component`
 */
export const loadTranspiler = async (url: string): Promise<Transpiler> => {
  const loaded: unknown = await import(url)
  if (typeof loaded !== 'object' || loaded === null || !isModule(loaded))
    throw new Error(`${url} is not a version of jco's transpiler that this proplet supports`)
  await loaded.$init
  return (component) => {
    try {
      return loaded.generate(component, OPTIONS)
    } catch (error) {
      throw new TaskFailure('binary', `jco cannot transpile the component: ${textOf(error)}`, {
        cause: error,
      })
    }
  }
}

/** jco throws errors with a payload that contains the reason. */
const textOf = (error: unknown): string => {
  const payload = typeof error === 'object' && error !== null && 'payload' in error ? error.payload : error
  return messageOf(payload)
}
