import { ByteReader } from './byte-reader.js'
import { skipConstantExpression } from './constant-expression.js'
import { isPlain } from './instructions.js'
import type { ModuleShape } from './scan.js'
import { HEADER_BYTES, joined, leb, nameBytes, sectionBytes, sectionsOf, type Bytes } from './sections.js'
import { readValueType } from './value-types.js'

/** A module whose instances can be restored to their initial state, because only their memory and some globals change. */
export type RestorableModule = {
  readonly binary: Bytes
  /** The names under which it exports all mutable globals. */
  readonly globals: readonly string[]
}

const SECTION = { global: 6, export: 7, start: 8, code: 10 } as const
const TABLE = 1
const GLOBAL = 3
/** i32 and i64, which JavaScript reads and writes exactly. */
const INTEGERS: ReadonlySet<number> = new Set([0x7f, 0x7e])
/** Restoring more globals would take longer than creating an instance. */
const MAX_GLOBALS = 64

const nameOf = (global: number): string => `\u0000proplet global ${global}`

/**
 * Exports all mutable globals of a module. Undefined if its instances have other state that may change, or state that cannot be
 * restored: tables that are exported or written to, segments that are dropped, imports other than functions, mutable globals that
 * are not integers; also if it has a start function, or no exports.
 * @param binary the module of this shape, with its memory turned into an import if it has one
 */
export function restorable(binary: Bytes, shape: ModuleShape): RestorableModule | undefined {
  if (shape.imports.some(({ kind }) => kind !== 'function')) return undefined
  const sections = sectionsOf(binary)
  const readerOf = (wanted: number) => {
    const found = sections.find(({ id }) => id === wanted)
    return found && new ByteReader(binary, found.bodyStart, found.end)
  }
  const exported = readerOf(SECTION.export)
  if (readerOf(SECTION.start) !== undefined || exported === undefined) return undefined
  const changing = changingGlobals(readerOf(SECTION.global))
  if (changing === undefined || changing.length > MAX_GLOBALS) return undefined
  if (exportsTable(exported) || !isAllPlain(readerOf(SECTION.code))) return undefined
  const entries = changing.flatMap((index) => [...nameBytes(nameOf(index)), GLOBAL, ...leb(index)])
  const pieces = sections.map(({ id, start, end, bodyStart }) => {
    if (id !== SECTION.export) return binary.subarray(start, end)
    const body = new ByteReader(binary, bodyStart, end)
    const count = body.u32()
    return sectionBytes(id, count + changing.length, binary.subarray(body.offset, end), entries)
  })
  return { binary: joined([binary.subarray(0, HEADER_BYTES), ...pieces]), globals: changing.map(nameOf) }
}

/** The indices of the mutable globals; undefined if one of them is not an integer. */
function changingGlobals(reader: ByteReader | undefined): readonly number[] | undefined {
  const changing: number[] = []
  if (reader === undefined) return changing
  const count = reader.u32()
  for (let index = 0; index < count; index += 1) {
    const type = reader.at(reader.offset).u8()
    readValueType(reader)
    const isMutable = reader.u8() === 1
    skipConstantExpression(reader)
    if (!isMutable) continue
    if (!INTEGERS.has(type)) return undefined
    changing.push(index)
  }
  return changing
}

function exportsTable(reader: ByteReader): boolean {
  for (let count = reader.u32(); count > 0; count -= 1) {
    reader.name()
    const kind = reader.u8()
    reader.u32()
    if (kind === TABLE) return true
  }
  return false
}

function isAllPlain(code: ByteReader | undefined): boolean {
  if (code === undefined) return true
  for (let count = code.u32(); count > 0; count -= 1) if (!isPlain(code.section(code.u32()))) return false
  return true
}
