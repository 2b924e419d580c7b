import type { ByteReader } from './byte-reader.js'
import { readValueType, type ValueType } from './value-types.js'

/** The limits of a memory in pages, or of a table in elements. */
export type Limits = {
  readonly min: number
  readonly max: number | undefined
  readonly shared: boolean
  /** Whether addresses or indices have 64 bits. */
  readonly wide: boolean
  /** The page size, unless it is 64 KiB. */
  readonly pageBytes: number | undefined
}

export type TableType = { readonly element: ValueType; readonly limits: Limits }
export type GlobalType = { readonly type: ValueType; readonly mutable: boolean }

const HAS_MAXIMUM = 1
const SHARED = 2
const WIDE = 4
const CUSTOM_PAGE = 8
const KNOWN = HAS_MAXIMUM | SHARED | WIDE | CUSTOM_PAGE
/** From the custom-page-sizes proposal: 1 byte or 64 KiB. */
const MAX_PAGE_LOG2 = 16

export function readLimits(reader: ByteReader): Limits {
  const flags = reader.u8()
  if ((flags & ~KNOWN) !== 0) throw reader.malformed('unknown limits')
  const wide = (flags & WIDE) !== 0
  const bound = () => (wide ? reader.u64() : reader.u32())
  const min = bound()
  const max = (flags & HAS_MAXIMUM) === 0 ? undefined : bound()
  const pageBytes = (flags & CUSTOM_PAGE) === 0 ? undefined : readPageSize(reader)
  return { min, max, shared: (flags & SHARED) !== 0, wide, pageBytes }
}

function readPageSize(reader: ByteReader): number {
  const log2 = reader.u32()
  if (log2 > MAX_PAGE_LOG2) throw reader.malformed('a page of more than 64 KiB')
  return 2 ** log2
}

export function readTableType(reader: ByteReader): TableType {
  return { element: readValueType(reader), limits: readLimits(reader) }
}

export function readGlobalType(reader: ByteReader): GlobalType {
  const type = readValueType(reader)
  const mutability = reader.u8()
  if (mutability > 1) throw reader.malformed('unknown mutability of a global')
  return { type, mutable: mutability === 1 }
}
