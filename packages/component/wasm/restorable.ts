import { ByteReader } from './byte-reader.js'
import { skipConstantExpression } from './constant-expression.js'
import { isPlain } from './instructions.js'
import type { ModuleShape } from './scan.js'
import { HEADER_BYTES, joined, leb, nameBytes, sectionBytes, sectionsOf, type Bytes } from './sections.js'
import { readValueType } from './value-types.js'

/** A module whose instances can be put back to where they began: what changes of one is its memory, and globals. */
export type RestorableModule = {
  readonly binary: Bytes
  /** The names by which it exports all globals that change. */
  readonly globals: readonly string[]
}

const SECTION = { global: 6, export: 7, start: 8, code: 10 } as const
const TABLE = 1
const GLOBAL = 3
/** i32, i64: what JavaScript reads and writes exactly. */
const INTEGERS: ReadonlySet<number> = new Set([0x7f, 0x7e])
/** More would take longer to put back than to make anew. */
const MAX_GLOBALS = 64

const nameOf = (global: number): string => `\u0000proplet global ${global}`

/**
 * Undefined if there is more that may change, or that is not known here: tables that are exported or written to, segments that are
 * dropped, imports other than functions, globals that are no integers. Nothing runs when one is made.
 * @param binary of a module whose `shape` this is, its memory made an import if it has one
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

/** Undefined if one of them is no integer. */
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
