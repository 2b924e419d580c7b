/**
 * The part of the WebAssembly JavaScript interface that the runtime uses: TypeScript ships it only with the library
 * of browsers, whose other globals do not exist here. https://webassembly.github.io/spec/js-api/
 */
declare namespace WebAssembly {
  function validate(bytes: ArrayBufferView | ArrayBuffer): boolean

  class Module {
    constructor(bytes: ArrayBufferView<ArrayBuffer> | ArrayBuffer)
    readonly [Symbol.toStringTag]: 'WebAssembly.Module'
  }

  namespace Module {
    function imports(module: Module): { module: string; name: string; kind: string }[]
    function exports(module: Module): { name: string; kind: string }[]
  }

  class Instance {
    constructor(module: Module, imports?: Imports)
    readonly exports: Exports
  }

  class Memory {
    constructor(descriptor: { initial: number; maximum?: number })
    readonly buffer: ArrayBuffer
    grow(pages: number): number
  }

  /** JavaScript Promise Integration; undefined where Node.js has none. https://github.com/WebAssembly/js-promise-integration */
  const Suspending: (new (func: (...args: unknown[]) => Promise<unknown>) => object) | undefined
  const promising:
    ((func: (...args: unknown[]) => unknown) => (...args: unknown[]) => Promise<unknown>) | undefined

  /** An exception thrown by a guest. */
  class Exception {
    is(tag: unknown): boolean
  }

  class CompileError extends Error {}
  class LinkError extends Error {}
  class RuntimeError extends Error {}

  type ModuleImports = Record<string, unknown>
  type Imports = Record<string, ModuleImports>
  type Exports = Readonly<Record<string, unknown>>
}
