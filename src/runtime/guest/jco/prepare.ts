import { compileFunction } from 'node:vm'
import { decodeComponent } from '@proplet/component/binary/decode.js'
import { describe } from '@proplet/component/describe/describe.js'
import type { ComponentDescription, Item, Items } from '@proplet/component/describe/description.js'
import type { ComponentInstance, ExportedFunction } from '@proplet/component/link/instantiate.js'
import type { Imports } from '@proplet/component/link/calls/instantiation.js'
import type { FunctionType } from '@proplet/component/types.js'
import { COMPOSE, OFFERED_ELSEWHERE } from '@proplet/component/remedy.js'
import { quote } from '@proplet/component/units.js'
import type { Bytes, CompiledModule } from '@proplet/component/wasm/compile.js'
import { camelCase } from '@proplet/component/wave/names.js'
import { ELSEWHERE, TaskFailure } from '../call/failure.js'
import type { Transpiled, Transpiler } from './transpiler.js'

/** A component that was transpiled by jco; each instance gets its own host. */
export type JcoComponent = {
  readonly description: ComponentDescription
  /** The interfaces that it imports, as written. */
  readonly imports: readonly { readonly interface: string }[]
  /** By name, as written. */
  readonly exports: ReadonlyMap<string, unknown>
  readonly instantiate: (imports: Imports) => ComponentInstance
}

type Instantiate = (
  coreModule: (name: string) => WebAssembly.Module,
  imports: Imports,
  instantiateCore: (module: WebAssembly.Module, imports: WebAssembly.Imports) => WebAssembly.Instance,
) => Readonly<Record<string, unknown>>

const SCRIPT = /\.js$/
const SHOWN = 5

/**
 * Transpiles a component and compiles its core modules, within the same limits as those of the linker.
 * @throws TaskFailure `unsupported` for what jco can't run here, `binary` for what it refuses
 */
export const prepareWithJco = (
  binary: Bytes,
  transpile: Transpiler,
  compile: (core: Bytes) => CompiledModule,
): JcoComponent => {
  const description = describe(decodeComponent(binary))
  if (description.needsAsync)
    throw new TaskFailure(
      'unsupported',
      'the component needs WASI 0.3, which needs PROPLET_COMPONENT_ENGINE=linker',
    )
  const transpiled = transpile(binary)
  const modules = new Map(
    transpiled.files
      .filter(([name]) => name.endsWith('.wasm'))
      .map(([name, content]) => [name, compile(new Uint8Array(content)).module]),
  )
  const instantiate = evaluate(scriptOf(transpiled))
  return {
    description,
    imports: [...description.imports.keys()].map((each) => ({ interface: each })),
    exports: description.exports,
    instantiate: (imports) => {
      refuseMissing(transpiled.imports, imports)
      return instanceOf(description.exports, (instantiateCore) =>
        instantiate((name) => found(modules, name), imports, instantiateCore),
      )
    },
  }
}

const found = (modules: ReadonlyMap<string, WebAssembly.Module>, name: string): WebAssembly.Module => {
  const module = modules.get(name)
  if (module === undefined) throw new TaskFailure('runtime', `jco made no core module ${quote(name)}`)
  return module
}

const scriptOf = ({ files }: Transpiled): string => {
  const [, content] = files.find(([name]) => SCRIPT.test(name)) ?? []
  if (content === undefined) throw new TaskFailure('runtime', 'jco made no script')
  return Buffer.from(content).toString()
}

/** jco prints to the console before it throws, but only the guest may write there. */
const SILENT_CONSOLE = { error: () => undefined, log: () => undefined, warn: () => undefined }

/**
 * The function `instantiate` of the module that jco generated. The module has no imports, and its exports are at the
 * beginning of lines.
 */
const evaluate = (script: string): Instantiate => {
  const body = `'use strict';${script.replaceAll(/^export /gm, '')}\nreturn instantiate`
  const factory: unknown = compileFunction(body, ['console'], { filename: 'component.js' })
  if (typeof factory !== 'function')
    throw new TaskFailure('runtime', 'the script made by jco is not a function')
  return (factory as (console: object) => Instantiate)(SILENT_CONSOLE)
}

const refuseMissing = (wanted: readonly string[], imports: Imports): void => {
  const missing = wanted.filter((name) => !Object.hasOwn(imports, name.replace(/@.*$/, '')))
  if (missing.length === 0) return
  const shown = missing.slice(0, SHOWN).map((name) => quote(name, 120))
  const more = missing.length > SHOWN ? ` and ${missing.length - SHOWN} more` : ''
  const isWasi = missing.every((name) => name.startsWith('wasi:'))
  const remedy = isWasi ? `${OFFERED_ELSEWHERE.text} (${ELSEWHERE})` : COMPOSE.text
  throw new TaskFailure(
    'binary',
    `the component imports what this runtime does not provide: ${shown.join(', ')}${more}; ${remedy}`,
  )
}

type InstantiateCore = Parameters<Instantiate>[2]

const instanceOf = (
  exports: Items,
  start: (instantiateCore: InstantiateCore) => Readonly<Record<string, unknown>>,
): ComponentInstance => {
  const memories = new Set<WebAssembly.Memory>()
  const bindings = start((module, imports) => {
    const instance = new WebAssembly.Instance(module, imports)
    for (const each of Object.values(instance.exports))
      if (each instanceof WebAssembly.Memory) memories.add(each)
    return instance
  })
  const entries = [...exports].flatMap(([name, item]): readonly (readonly [string, Exported])[] => {
    const exported = exportOf(item, bindings[name] ?? bindings[camelCase(name)])
    return exported === undefined ? [] : [[name, exported]]
  })
  return {
    exports: new Map(entries),
    memoryBytes: () => [...memories].map((memory) => memory.buffer.byteLength),
    begin: () => undefined,
    stop: () => undefined,
    release: () => undefined,
  }
}

type Exported = ExportedFunction | ReadonlyMap<string, ExportedFunction>

const exportOf = (item: Item, binding: unknown): Exported | undefined => {
  if (item.kind === 'func') return functionOf(item.type, binding)
  if (item.kind !== 'instance' || typeof binding !== 'object' || binding === null) return undefined
  const members = [...item.exports].flatMap(
    ([name, member]): readonly (readonly [string, ExportedFunction])[] => {
      const func =
        member.kind === 'func' ? functionOf(member.type, Reflect.get(binding, camelCase(name))) : undefined
      return func === undefined ? [] : [[name, func]]
    },
  )
  return new Map(members)
}

/** Where jco throws the error case of a `result`, the linker returns it. */
const functionOf = (type: FunctionType, binding: unknown): ExportedFunction | undefined => {
  if (typeof binding !== 'function') return undefined
  const call = binding as ExportedFunction
  if (type.result?.kind !== 'result') return (...args) => call(...args)
  return (...args) => {
    try {
      return { tag: 'ok', val: call(...args) }
    } catch (error) {
      if (error instanceof Error && 'payload' in error && error.constructor.name === 'ComponentError')
        return { tag: 'err', val: error.payload }
      throw error
    }
  }
}
