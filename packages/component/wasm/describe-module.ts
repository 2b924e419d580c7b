import { ByteReader } from './byte-reader.js'
import { ComponentError } from '../error.js'
import { moduleLayer } from './preamble.js'
import { type FunctionType, readFunctionType } from './value-types.js'
import { skipConstantExpression } from './constant-expression.js'
import {
  type GlobalType,
  type Limits,
  readGlobalType,
  readLimits,
  readTableType,
  type TableType,
} from './extern-types.js'
import type { ModuleDescription, ModuleExport, ModuleImport, ModuleItem } from './module-description.js'
import { readTypes, type TypeOffsets } from './type-section.js'

/** Maximum entries of all sections: V8's own limit on types, and on functions. */
const MAX_ENTRIES = 1_000_000
const TABLE_WITH_INITIALIZER = 0x40

type Shape = {
  /** The whole binary. */
  readonly module: ByteReader
  readonly types: TypeOffsets
  /** The type index of each function. */
  readonly functions: number[]
  readonly tags: number[]
  readonly signatures: Map<number, FunctionType>
  readonly tables: TableType[]
  readonly memories: Limits[]
  readonly globals: GlobalType[]
  readonly imports: ModuleImport[]
  readonly exports: ModuleExport[]
  readonly customSections: string[]
  entries: number
}

/**
 * Describes a core module by its declarations. The compiler checks the code. Fails with `ComponentError` `binary`, whose message
 * contains the offset.
 */
export function describeModule(bytes: Uint8Array): ModuleDescription {
  if (moduleLayer(bytes) !== 'core')
    throw new ComponentError('binary', 'expected a core module, found a component')
  const reader = new ByteReader(bytes, 8)
  const shape: Shape = {
    module: reader,
    types: [],
    functions: [],
    tags: [],
    signatures: new Map(),
    tables: [],
    memories: [],
    globals: [],
    imports: [],
    exports: [],
    customSections: [],
    entries: 0,
  }
  while (!reader.done) {
    const id = reader.u8()
    readSection(id, reader.section(reader.u32()), shape)
  }
  const { imports, exports, memories, tables, customSections } = shape
  return { imports, exports, memories, tables, customSections }
}

function readSection(id: number, reader: ByteReader, shape: Shape): void {
  if (id === 0) {
    count(1, reader, shape)
    shape.customSections.push(reader.name())
    return
  }
  const read = ENTRIES.get(id)
  if (read === undefined) return
  const entries = reader.u32()
  if (entries > reader.left) throw reader.malformed(`a section of ${entries} entries in ${reader.left} bytes`)
  count(entries, reader, shape)
  for (let index = 0; index < entries; index += 1) read(reader, shape)
}

function count(entries: number, reader: ByteReader, shape: Shape): void {
  shape.entries += entries
  if (shape.entries > MAX_ENTRIES) throw reader.malformed(`more than ${MAX_ENTRIES} declarations`)
}

/** By section number: types, imports, functions, tables, memories, globals, exports, tags. */
const ENTRIES: ReadonlyMap<number, (reader: ByteReader, shape: Shape) => void> = new Map([
  [1, (reader, { types }) => readTypes(reader, types)],
  [2, readImport],
  [3, (reader, shape) => void shape.functions.push(typeIndex(reader, shape))],
  [4, (reader, { tables }) => void tables.push(readTable(reader))],
  [5, (reader, { memories }) => void memories.push(readLimits(reader))],
  [6, readGlobal],
  [7, readExport],
  [13, (reader, shape) => void shape.tags.push(readTag(reader, shape))],
])

function typeIndex(reader: ByteReader, { types }: Shape): number {
  const index = reader.u32()
  if (index >= types.length) throw reader.malformed(`there is no type ${index}`)
  return index
}

/** Built once for each type that an import or export uses. */
function signatureOf(index: number, { types, signatures, module }: Shape): FunctionType | undefined {
  const offset = types[index]
  if (offset === undefined) return undefined
  const signature = signatures.get(index) ?? readFunctionType(module.at(offset))
  signatures.set(index, signature)
  return signature
}

function readTable(reader: ByteReader): TableType {
  if (reader.at(reader.offset).u8() !== TABLE_WITH_INITIALIZER) return readTableType(reader)
  reader.skip(2)
  const type = readTableType(reader)
  skipConstantExpression(reader)
  return type
}

function readGlobal(reader: ByteReader, { globals }: Shape): void {
  globals.push(readGlobalType(reader))
  skipConstantExpression(reader)
}

function readTag(reader: ByteReader, shape: Shape): number {
  reader.skip(1)
  return typeIndex(reader, shape)
}

function readImport(reader: ByteReader, shape: Shape): void {
  const module = reader.name()
  const name = reader.name()
  shape.imports.push({ module, name, item: importedItem(reader, shape) })
}

/** An import also takes an index in its index space. */
function importedItem(reader: ByteReader, shape: Shape): ModuleItem {
  const kind = reader.u8()
  switch (kind) {
    case 0: {
      const type = typeIndex(reader, shape)
      shape.functions.push(type)
      return { kind: 'function', signature: signatureOf(type, shape) }
    }
    case 1: {
      const type = readTableType(reader)
      shape.tables.push(type)
      return { kind: 'table', ...type }
    }
    case 2: {
      const limits = readLimits(reader)
      shape.memories.push(limits)
      return { kind: 'memory', limits }
    }
    case 3: {
      const type = readGlobalType(reader)
      shape.globals.push(type)
      return { kind: 'global', ...type }
    }
    case 4: {
      const type = readTag(reader, shape)
      shape.tags.push(type)
      return { kind: 'tag', signature: signatureOf(type, shape) }
    }
    default:
      throw reader.malformed(`unknown kind ${kind} of import`)
  }
}

function readExport(reader: ByteReader, shape: Shape): void {
  const name = reader.name()
  const kind = reader.u8()
  const index = reader.u32()
  const item = exportedItem(kind, index, shape)
  if (item === undefined)
    throw reader.malformed(`an export of item ${index} of kind ${kind}, which does not exist,`)
  shape.exports.push({ name, item })
}

function exportedItem(kind: number, index: number, shape: Shape): ModuleItem | undefined {
  switch (kind) {
    case 0: {
      const type = shape.functions[index]
      return type === undefined ? undefined : { kind: 'function', signature: signatureOf(type, shape) }
    }
    case 1: {
      const table = shape.tables[index]
      return table && { kind: 'table', ...table }
    }
    case 2: {
      const limits = shape.memories[index]
      return limits && { kind: 'memory', limits }
    }
    case 3: {
      const global = shape.globals[index]
      return global && { kind: 'global', ...global }
    }
    case 4: {
      const type = shape.tags[index]
      return type === undefined ? undefined : { kind: 'tag', signature: signatureOf(type, shape) }
    }
    default:
      return undefined
  }
}
