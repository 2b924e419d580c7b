import type { ByteReader } from '../wasm/byte-reader.js'
import type { ExportDefinition, ExternDescription } from './ast.js'
import { malformed } from './error.js'
import { readExternName } from './names.js'
import type { ScopeBuilder } from './scope.js'
import { readPassableSort } from './sorts.js'
import { readOptional, readValType } from './value-types.js'

const CORE_MODULE_SORT = 0x11

/** `externdesc`. */
export function readDescription(reader: ByteReader, scope: ScopeBuilder): ExternDescription {
  const at = reader.offset
  const form = reader.u8()
  switch (form) {
    case 0x00:
      if (reader.u8() !== CORE_MODULE_SORT) throw malformed('a core item that is not a module', at)
      return { kind: 'core-module', type: scope.index(reader, 'core-type') }
    case 0x01:
      return { kind: 'func', type: scope.index(reader, 'type') }
    case 0x02:
      return readBounded(reader, {
        equal: () => ({ kind: 'value-equal', value: scope.index(reader, 'value') }),
        other: () => ({ kind: 'value', type: readValType(reader, scope) }),
      })
    case 0x03:
      return readBounded(reader, {
        equal: () => ({ kind: 'type-equal', type: scope.index(reader, 'type') }),
        other: () => ({ kind: 'type-resource' }),
      })
    case 0x04:
      return { kind: 'component', type: scope.index(reader, 'type') }
    case 0x05:
      return { kind: 'instance', type: scope.index(reader, 'type') }
    default:
      throw malformed(`unknown kind 0x${form.toString(16)} of an import or export`, at)
  }
}

type Bounds = { readonly equal: () => ExternDescription; readonly other: () => ExternDescription }

function readBounded(reader: ByteReader, { equal, other }: Bounds): ExternDescription {
  const at = reader.offset
  const form = reader.u8()
  if (form > 1) throw malformed('unknown bound', at)
  return form === 0 ? equal() : other()
}

/** `export`. */
export function readExport(reader: ByteReader, scope: ScopeBuilder): ExportDefinition {
  const at = reader.offset
  const name = readExternName(reader, scope.tally)
  scope.claim('export', name.text, at)
  const sort = readPassableSort(reader)
  const index = scope.index(reader, sort)
  const description = readOptional(reader, () => readDescription(reader, scope))
  return { kind: 'export', name, sort, index, description }
}
