import { decodeComponent, type DecodedComponent } from '../binary/decode.js'
import { malformed } from '../binary/error.js'
import { describe } from '../describe/describe.js'
import { describeModule } from '../wasm/describe-module.js'
import { checkCode } from './code.js'
import { moduleOf } from './core-modules.js'
import { checkComponent } from './definitions.js'
import { Flattening } from './flat.js'
import { Work } from './work.js'

/**
 * Decodes and checks a whole component without linking it. Fails like the functions that it calls.
 *
 * ```ts
 * validateComponent(bytes) // throws a ComponentError with the reason and the offset
 * ```
 */
export function validateComponent(bytes: Uint8Array): void {
  const decoded = decodeComponent(bytes)
  describe(decoded)
  checkTypes(decoded)
  checkCode(decoded, () => false)
}

/**
 * Checks a component against the rules of the component model, once for a binary: the types of all that it defines, imports and
 * exports, whether or not it would run. The engine checks the code of core modules. Fails with `ComponentError`, code `binary`,
 * or `unsupported` for types that take too long.
 */
export function checkTypes({ bytes, root }: DecodedComponent): void {
  checkComponent(root, undefined, {
    work: new Work(),
    flattening: { i32: new Flattening('i32'), i64: new Flattening('i64') },
    module: (start, end) => {
      try {
        return moduleOf(describeModule(bytes.subarray(start, end)), start)
      } catch (error) {
        if (!(error instanceof Error && 'code' in error)) throw error
        throw error.code === 'unsupported' ? error : malformed(`a core module: ${error.message}`, start)
      }
    },
  })
}
