import type { ByteReader } from '../wasm/byte-reader.js'
import { readAlias } from './aliases.js'
import { readCoreType } from './core-types.js'
import { malformed, unsupported } from './error.js'
import { readDescription } from './externs.js'
import { readExternName } from './names.js'
import { sortOf, type DefinedType } from './ast.js'
import { ScopeBuilder } from './scope.js'
import type { FuncType, ValType } from './type-ast.js'
import { readDefinedValue, readLabelledTypes, readOptional, readValType } from './value-types.js'
import { readVector } from './vector.js'
import { otherRuntime } from '../remedy.js'

const FUNCTION = 0x40
const ASYNC_FUNCTION = 0x43
const COMPONENT = 0x41
const INSTANCE = 0x42
const RESOURCE = 0x3f
const REPRESENTED_BY_I32 = 0x7f
const DECLARATION = { coreType: 0x00, type: 0x01, alias: 0x02, import: 0x03, export: 0x04 } as const

/** `deftype`. */
export function readDefinedType(reader: ByteReader, scope: ScopeBuilder): DefinedType {
  const at = reader.offset
  const code = reader.u8()
  switch (code) {
    case FUNCTION:
      return readFunction(reader, scope, false)
    case ASYNC_FUNCTION:
      scope.tally.usesAsync = true
      return readFunction(reader, scope, true)
    case COMPONENT:
      return { kind: 'component', scope: readDeclarations('component', reader, scope) }
    case INSTANCE:
      return { kind: 'instance', scope: readDeclarations('instance', reader, scope) }
    case RESOURCE:
      return readResource(reader, scope)
    default: {
      const type = readDefinedValue(code, reader, scope)
      if (type === undefined) throw malformed(`unknown type 0x${code.toString(16)}`, at)
      return type
    }
  }
}

function readFunction(reader: ByteReader, scope: ScopeBuilder, async: boolean): FuncType {
  return {
    kind: 'func',
    params: readLabelledTypes(reader, scope),
    result: readResultList(reader, scope),
    async,
  }
}

/** `resultlist`: one value type, or none. */
export function readResultList(reader: ByteReader, scope: ScopeBuilder): ValType | undefined {
  const at = reader.offset
  const form = reader.u8()
  if (form === 0) return readValType(reader, scope)
  if (form !== 1) throw malformed('unknown form of results', at)
  if (reader.u8() !== 0) throw malformed('results with names', at)
  return undefined
}

function readResource(reader: ByteReader, scope: ScopeBuilder): DefinedType {
  const at = reader.offset
  if (scope.declares) throw malformed('a resource is defined in a type', at)
  if (reader.u8() !== REPRESENTED_BY_I32)
    throw unsupported(
      'a resource that is not represented by an i32',
      at,
      otherRuntime('-W component-model-memory64'),
    )
  return { kind: 'resource', destructor: readOptional(reader, () => scope.index(reader, 'core-func')) }
}

function readDeclarations(
  kind: 'component' | 'instance',
  reader: ByteReader,
  parent: ScopeBuilder,
): ScopeBuilder {
  const scope = new ScopeBuilder(parent.tally, parent, reader.offset, true)
  readVector(reader, scope.tally, () => {
    readDeclaration(kind, reader, scope)
  })
  return scope
}

function readDeclaration(kind: 'component' | 'instance', reader: ByteReader, scope: ScopeBuilder): void {
  const offset = reader.offset
  const form = reader.u8()
  switch (form) {
    case DECLARATION.coreType:
      scope.define({ kind: 'core-type', offset, type: readCoreType(reader, scope) }, 'core-type')
      break
    case DECLARATION.type:
      scope.define({ kind: 'type', offset, type: readDefinedType(reader, scope) }, 'type')
      break
    case DECLARATION.alias: {
      const alias = readAlias(reader, scope)
      scope.define({ ...alias, offset }, alias.sort)
      break
    }
    case DECLARATION.import: {
      if (kind === 'instance') throw malformed('an import in the type of an instance', offset)
      const name = readExternName(reader, scope.tally)
      scope.claim('import', name.text, offset)
      const description = readDescription(reader, scope)
      scope.define({ kind: 'import', offset, name, description }, sortOf(description))
      break
    }
    case DECLARATION.export: {
      const name = readExternName(reader, scope.tally)
      scope.claim('export', name.text, offset)
      const description = readDescription(reader, scope)
      scope.define({ kind: 'export-declaration', offset, name, description }, sortOf(description))
      break
    }
    default:
      throw malformed(`unknown declaration 0x${form.toString(16)}`, offset)
  }
}
