import { ByteReader } from './byte-reader.js'
import { skipConstantExpression } from './constant-expression.js'
import { notSupported } from '../error.js'
import { LARGER_ELSEWHERE, otherRuntime } from '../remedy.js'
import { checkMemory, checkTable, readLimits, type ScanLimits } from './module-limits.js'
import { readTypes, type TypeOffsets } from './type-section.js'
import { readFunctionType, readValueType, type FunctionType } from './value-types.js'

export type ImportKind = 'function' | 'table' | 'memory' | 'global' | 'tag'
export type ModuleImport = { readonly module: string; readonly name: string; readonly kind: ImportKind }

/** What must be known of a core module before it runs, and is not available from JavaScript. */
export type ModuleShape = {
  readonly imports: readonly ModuleImport[]
  /** The exported functions. */
  readonly functions: ReadonlyMap<string, FunctionType>
  /** The initial sizes of memories that are not imported. */
  readonly ownMemoryPages: readonly number[]
  /** The names of exported 64-bit memories and tables. */
  readonly wide: ReadonlySet<string>
  /** The number of tables that are not imported. */
  readonly ownTables: number
}

/** The limit on imports and on exports in older versions of V8. */
const MAX_ENTRIES = 100_000
/** V8's own limit on types and on functions. */
const MAX_FUNCTIONS = 1_000_000
const IMPORT_KINDS: readonly ImportKind[] = ['function', 'table', 'memory', 'global', 'tag']
const FUNCTION_EXPORT = 0
const TABLE_EXPORT = 1
const MEMORY_EXPORT = 2
const TABLE_WITH_INITIALIZER = 0x40
const TABLE_PREFIX_BYTES = 2

type EntryReader = { readonly max: number; readonly read: (reader: ByteReader, scan: Scan) => void }

/** By section number: types, imports, functions, tables, memories, exports. */
const ENTRIES: ReadonlyMap<number, EntryReader> = new Map([
  [1, { max: MAX_FUNCTIONS, read: readType }],
  [2, { max: MAX_ENTRIES, read: readImport }],
  [3, { max: MAX_FUNCTIONS, read: readFunction }],
  [4, { max: MAX_ENTRIES, read: readOwnTable }],
  [5, { max: MAX_ENTRIES, read: readOwnMemory }],
  [7, { max: MAX_ENTRIES, read: readExport }],
])

type Scan = {
  readonly limits: ScanLimits
  /** Where each function type begins, so that only those of exported functions are decoded. */
  readonly typeOffsets: number[]
  readonly typeOfFunction: number[]
  readonly imports: ModuleImport[]
  readonly exported: Map<string, number>
  readonly ownMemoryPages: number[]
  /** For each memory and each table, whether it has 64-bit addresses. */
  readonly wideMemories: boolean[]
  readonly wideTables: boolean[]
  /** The names of those that are exported. */
  readonly wide: Set<string>
  ownTables: number
  pages: number
}

/**
 * Reads the sections of a core module, checks what the engine would not limit, and collects its shape. Reads declarations only;
 * the compiler checks the rest.
 */
export function scanModule(binary: Uint8Array, limits: ScanLimits): ModuleShape {
  const reader = new ByteReader(binary, 8)
  const scan: Scan = {
    limits,
    typeOffsets: [],
    typeOfFunction: [],
    imports: [],
    exported: new Map(),
    ownMemoryPages: [],
    wideMemories: [],
    wideTables: [],
    wide: new Set(),
    ownTables: 0,
    pages: 0,
  }
  while (!reader.done) {
    const id = reader.u8()
    readSection(id, reader.section(reader.u32()), scan)
  }
  const { imports, ownMemoryPages, ownTables, wide } = scan
  return { imports, functions: functionTypes(reader, scan), ownMemoryPages, wide, ownTables }
}

/** Every entry takes at least a byte, so a false count stops at the end of its section. */
function readSection(id: number, reader: ByteReader, scan: Scan): void {
  const entry = ENTRIES.get(id)
  if (entry === undefined) return
  const count = reader.u32()
  if (count > entry.max)
    throw notSupported(`a section of ${count} entries, at most ${entry.max} are accepted`, LARGER_ELSEWHERE)
  for (let index = 0; index < count; index += 1) entry.read(reader, scan)
}

function readType(reader: ByteReader, scan: Scan): void {
  const types: TypeOffsets = []
  readTypes(reader, types)
  for (const offset of types) {
    if (offset === undefined)
      throw notSupported(
        'garbage-collected types are not supported: their memory has no limit',
        otherRuntime(),
      )
    scan.typeOffsets.push(offset)
  }
}

function readImport(reader: ByteReader, scan: Scan): void {
  const module = reader.name()
  const name = reader.name()
  const kind = IMPORT_KINDS[reader.u8()]
  if (kind === undefined) throw reader.malformed('unknown kind of import')
  scan.imports.push({ module, name, kind })
  switch (kind) {
    case 'function':
      readFunction(reader, scan)
      break
    case 'table':
      readTable(reader, scan)
      break
    case 'memory':
      readMemory(reader, scan)
      break
    case 'global':
      readValueType(reader)
      reader.skip(1)
      break
    case 'tag':
      reader.skip(1)
      reader.u32()
      break
  }
}

function readFunction(reader: ByteReader, scan: Scan): void {
  scan.typeOfFunction.push(reader.u32())
}

function readOwnTable(reader: ByteReader, scan: Scan): void {
  const hasInitializer = reader.at(reader.offset).u8() === TABLE_WITH_INITIALIZER
  if (hasInitializer) reader.skip(TABLE_PREFIX_BYTES)
  readTable(reader, scan)
  if (hasInitializer) skipConstantExpression(reader)
  scan.ownTables += 1
}

function readTable(reader: ByteReader, scan: Scan): void {
  const type = readValueType(reader)
  const { initial, wide } = readLimits(reader, 'table')
  scan.wideTables.push(wide)
  checkTable(type, initial, scan.wideTables.length, scan.limits)
}

function readOwnMemory(reader: ByteReader, scan: Scan): void {
  scan.ownMemoryPages.push(readMemory(reader, scan))
}

/** Reads a memory and returns its initial size in pages. */
function readMemory(reader: ByteReader, scan: Scan): number {
  const { initial, wide } = readLimits(reader, 'memory')
  scan.wideMemories.push(wide)
  scan.pages += initial
  checkMemory(scan.pages, scan.wideMemories.length, scan.limits)
  return initial
}

function readExport(reader: ByteReader, scan: Scan): void {
  const name = reader.name()
  const kind = reader.u8()
  const index = reader.u32()
  if (kind === FUNCTION_EXPORT) scan.exported.set(name, index)
  if (kind === TABLE_EXPORT && scan.wideTables[index] === true) scan.wide.add(name)
  if (kind === MEMORY_EXPORT && scan.wideMemories[index] === true) scan.wide.add(name)
}

function functionTypes(reader: ByteReader, scan: Scan): Map<string, FunctionType> {
  const built = new Map<number, FunctionType>()
  const functions = new Map<string, FunctionType>()
  for (const [name, index] of scan.exported) {
    const typeIndex = scan.typeOfFunction[index] ?? -1
    const offset = scan.typeOffsets[typeIndex]
    if (offset === undefined)
      throw reader.malformed(`export ${JSON.stringify(name.slice(0, 60))} has no type`)
    const type = built.get(typeIndex) ?? readFunctionType(reader.at(offset))
    built.set(typeIndex, type)
    functions.set(name, type)
  }
  return functions
}
