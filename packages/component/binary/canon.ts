import type { ByteReader } from '../wasm/byte-reader.js'
import type { CanonDefinition } from './canon-ast.js'
import { readAsyncBuiltin } from './async-builtins.js'
import { readCanonOptions } from './canon-options.js'
import { malformed } from './error.js'
import type { ScopeBuilder } from './scope.js'

const LIFT = 0x00
const LOWER = 0x01
const FUNCTION_SORT = 0x00
const RESOURCE_FORMS: ReadonlyMap<number, 'resource-new' | 'resource-drop' | 'resource-rep'> = new Map([
  [0x02, 'resource-new'],
  [0x03, 'resource-drop'],
  [0x04, 'resource-rep'],
])

/** `canon`. */
export function readCanon(reader: ByteReader, scope: ScopeBuilder): CanonDefinition {
  const at = reader.offset
  const code = reader.u8()
  if (code === LIFT || code === LOWER) {
    if (reader.u8() !== FUNCTION_SORT)
      throw malformed('something other than a function is lifted or lowered', at)
    return code === LIFT ? readLift(reader, scope) : readLower(reader, scope)
  }
  const kind = RESOURCE_FORMS.get(code)
  if (kind !== undefined) return { kind, resource: scope.index(reader, 'type') }
  return readAsyncBuiltin(code, reader, scope, at)
}

function readLift(reader: ByteReader, scope: ScopeBuilder): CanonDefinition {
  const coreFunc = scope.index(reader, 'core-func')
  const options = readCanonOptions(reader, scope)
  return { kind: 'lift', coreFunc, options, type: scope.index(reader, 'type') }
}

function readLower(reader: ByteReader, scope: ScopeBuilder): CanonDefinition {
  const func = scope.index(reader, 'func')
  return { kind: 'lower', func, options: readCanonOptions(reader, scope) }
}
