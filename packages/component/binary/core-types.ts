import type { ByteReader } from '../wasm/byte-reader.js'
import { readFunctionType } from '../wasm/value-types.js'
import { readTypes } from '../wasm/type-section.js'
import { readGlobalType, readLimits, readTableType } from '../wasm/extern-types.js'
import { malformed, unsupported } from './error.js'
import type { ScopeBuilder } from './scope.js'
import type { CoreExtern, CoreModuleExport, CoreModuleImport, CoreType } from './type-ast.js'
import { readVector } from './vector.js'
import { otherRuntime } from '../remedy.js'

const FUNCTION = 0x60
const MODULE = 0x50
const DECLARATION = { import: 0x00, type: 0x01, alias: 0x02, export: 0x03 } as const
const CORE_TYPE_SORT = 0x10
const OUTER = 0x01
const SUBTYPE_PREFIX = 0x00
const RECURSIVE_GROUP = 0x4e
/** Opcodes of final subtypes, arrays and structures. */
const OTHER_FORMS: ReadonlySet<number> = new Set([0x4f, 0x5e, 0x5f])

export function readCoreType(reader: ByteReader, scope: ScopeBuilder): CoreType {
  const at = reader.offset
  const form = reader.u8()
  if (form === MODULE) return readModuleType(reader, scope)
  // A non-final subtype has the same first byte as a module type, so it is preceded by a zero.
  if (form === SUBTYPE_PREFIX) return readOther(reader)
  return readPlainType(form, reader, at)
}

/** Reads a type of core WebAssembly. */
function readPlainType(form: number, reader: ByteReader, at: number): CoreType {
  if (form === FUNCTION) return readFunction(reader)
  if (form === RECURSIVE_GROUP) throw unsupported('a recursive group of core types', at, otherRuntime())
  if (!OTHER_FORMS.has(form))
    throw malformed(`invalid leading byte 0x${form.toString(16)} of a core type`, at)
  const whole = reader.at(at)
  readOther(whole)
  reader.skip(whole.offset - reader.offset)
  return { kind: 'other' }
}

function readOther(reader: ByteReader): CoreType {
  readTypes(reader, [])
  return { kind: 'other' }
}

function readFunction(reader: ByteReader): CoreType {
  return { kind: 'func', ...readFunctionType(reader) }
}

type ModuleType = {
  readonly types: CoreType[]
  readonly imports: CoreModuleImport[]
  readonly exports: CoreModuleExport[]
}

function readModuleType(reader: ByteReader, scope: ScopeBuilder): CoreType {
  const module: ModuleType = { types: [], imports: [], exports: [] }
  readVector(reader, scope.tally, () => {
    readDeclaration(reader, scope, module)
  })
  return { kind: 'module', ...module }
}

function readDeclaration(reader: ByteReader, scope: ScopeBuilder, module: ModuleType): void {
  const at = reader.offset
  const form = reader.u8()
  switch (form) {
    case DECLARATION.import:
      module.imports.push({
        module: reader.name(),
        name: reader.name(),
        description: readExtern(reader, module),
      })
      break
    case DECLARATION.type:
      module.types.push(readPlainType(reader.u8(), reader, at + 1))
      break
    case DECLARATION.alias:
      module.types.push(readAlias(reader, scope, module))
      break
    case DECLARATION.export:
      module.exports.push({ name: reader.name(), description: readExtern(reader, module) })
      break
    default:
      throw malformed(`unknown declaration 0x${form.toString(16)} of a module type`, at)
  }
}

/** Reads an alias of a type of the module type itself (0 scopes out) or of an enclosing component. */
function readAlias(reader: ByteReader, scope: ScopeBuilder, module: ModuleType): CoreType {
  const at = reader.offset
  if (reader.u8() !== CORE_TYPE_SORT || reader.u8() !== OUTER) {
    throw malformed('an alias in a module type that is not of an outer type', at)
  }
  const depth = reader.u32()
  const index = reader.u32()
  const type = depth === 0 ? module.types[index] : coreTypeOf(scope.outer(depth - 1, at), index)
  if (type === undefined) throw malformed(`there is no core-type ${index}, ${depth} scopes out,`, at)
  return type
}

/** Undefined for a type that is an alias itself, which no tool emits. */
function coreTypeOf(scope: ScopeBuilder, index: number): CoreType | undefined {
  const definition = scope.definitions[scope.spaces.get('core-type')?.[index] ?? -1]
  return definition?.kind === 'core-type' ? definition.type : undefined
}

function readExtern(reader: ByteReader, { types }: ModuleType): CoreExtern {
  const at = reader.offset
  const kind = (['func', 'table', 'memory', 'global', 'tag'] as const)[reader.u8()]
  if (kind === undefined) throw malformed('unknown kind of an import or export of a module type', at)
  switch (kind) {
    case 'table':
      return { kind, ...readTableType(reader) }
    case 'memory':
      return { kind, limits: readLimits(reader) }
    case 'global':
      return { kind, ...readGlobalType(reader) }
    case 'tag':
      reader.skip(1)
      return { kind, type: readFunctionIndex(reader, types) }
    case 'func':
      return { kind, type: readFunctionIndex(reader, types) }
  }
}

function readFunctionIndex(reader: ByteReader, types: readonly CoreType[]): number {
  const at = reader.offset
  const index = reader.u32()
  if (types[index]?.kind !== 'func') throw malformed(`type ${index} is not a function type`, at)
  return index
}
