import type { Component } from '../binary/ast.js'
import type { DecodedComponent } from '../binary/decode.js'
import { malformed } from '../binary/error.js'
import { ComponentError } from '../error.js'
import { refusal } from '../wasm/compile.js'

/** The reason for a refusal, which V8 reports only for compilation. */
function refusalOf(code: Uint8Array, start: number): ComponentError {
  try {
    new WebAssembly.Module(new Uint8Array(code))
  } catch (error) {
    if (error instanceof WebAssembly.CompileError) {
      const { code: kind, message } = refusal(error)
      if (kind === 'unsupported')
        return new ComponentError(kind, `the core module at byte ${start} of the component: ${message}`, {
          cause: error,
          offset: start,
        })
    }
  }
  return malformed(`a core module that is not valid for Node.js ${process.version}`, start)
}

/** Lets the engine check core modules that are never instantiated, and so were not compiled. */
export function checkCode({ bytes, root }: DecodedComponent, isCompiled: (start: number) => boolean): void {
  const check = ({ definitions }: Component): void => {
    for (const definition of definitions) {
      if (definition.kind === 'component') check(definition.component)
      if (definition.kind !== 'core-module' || isCompiled(definition.start)) continue
      const { start, end } = definition
      const code = bytes.subarray(start, end)
      if (!WebAssembly.validate(code)) throw refusalOf(code, start)
    }
  }
  check(root)
}
