import type { Component } from '../binary/ast.js'
import type { DecodedComponent } from '../binary/decode.js'
import { malformed } from '../binary/error.js'

/** Lets the engine check the core modules that nothing instantiates, and that were not compiled for that reason. */
export function checkCode({ bytes, root }: DecodedComponent, isCompiled: (start: number) => boolean): void {
  const check = ({ definitions }: Component): void => {
    for (const definition of definitions) {
      if (definition.kind === 'component') check(definition.component)
      if (definition.kind !== 'core-module' || isCompiled(definition.start)) continue
      const { start, end } = definition
      if (!WebAssembly.validate(bytes.subarray(start, end)))
        throw malformed(`a core module that is not valid for Node.js ${process.version}`, start)
    }
  }
  check(root)
}
