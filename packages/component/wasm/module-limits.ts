import type { ByteReader } from './byte-reader.js'
import { ComponentError, notSupported } from '../error.js'
import { LARGER_ELSEWHERE, needsNode, otherRuntime } from '../remedy.js'
import { formatBytes } from '../units.js'
import type { ValueType } from './value-types.js'

export type ScanLimits = { readonly memoryMaxBytes: number; readonly tableMaxElements: number }

export const WASM_PAGE_BYTES = 65_536
/** Tables are on the JavaScript heap of the guest: 16 full ones of 200,000 elements take about 50 MB. */
const MAX_TABLES = 16
/** Each may be as large as the limit, so only a few are accepted. */
const MAX_MEMORIES = 8

/** `(module (memory 1) (memory 1))` */
const TWO_MEMORIES = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x05, 0x05, 0x02, 0x00, 0x01, 0x00, 0x01],
)
const HAS_SEVERAL_MEMORIES = WebAssembly.validate(TWO_MEMORIES)

/** `(module (memory i64 1))` */
const WIDE_MEMORY = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x05, 0x03, 0x01, 0x04, 0x01],
)
const HAS_WIDE_MEMORIES = WebAssembly.validate(WIDE_MEMORY)

/** `(module (table i64 1 funcref))` */
const WIDE_TABLE = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x04, 0x04, 0x01, 0x70, 0x04, 0x01],
)
const HAS_WIDE_TABLES = WebAssembly.validate(WIDE_TABLE)

const HAS_MAXIMUM = 1
const SHARED = 2
const WIDE = 4
const OTHERS = 0xf8

/** Reads the initial size of a memory or a table, and whether it has 64-bit addresses. Refuses shared ones and custom page sizes. */
export function readLimits(
  reader: ByteReader,
  what: 'memory' | 'table',
): { readonly initial: number; readonly wide: boolean } {
  const flags = reader.u8()
  const wide = (flags & WIDE) !== 0
  if ((flags & SHARED) !== 0)
    throw notSupported(`a shared ${what} is not supported`, otherRuntime('-W shared-memory'))
  if ((flags & OTHERS) !== 0)
    throw notSupported(
      `a ${what} with pages of its own size is not supported`,
      otherRuntime('-W custom-page-sizes'),
    )
  if (wide && !(what === 'table' ? HAS_WIDE_TABLES : HAS_WIDE_MEMORIES))
    throw new ComponentError('unsupported', needsNode(`a ${what} of 64 bits`, 24))
  const bound = () => (wide ? reader.u64() : reader.u32())
  const initial = bound()
  if ((flags & HAS_MAXIMUM) !== 0) bound()
  return { initial, wide }
}

/**
 * @param pages of all memories of the module so far
 * @param ordinal the number of this memory
 */
export function checkMemory(pages: number, ordinal: number, limits: ScanLimits): void {
  if (ordinal > 1 && !HAS_SEVERAL_MEMORIES)
    throw new ComponentError('unsupported', needsNode('more than one memory in a module', 22))
  if (ordinal > MAX_MEMORIES)
    throw notSupported(`more than ${MAX_MEMORIES} memories in a module`, LARGER_ELSEWHERE)
  const bytes = pages * WASM_PAGE_BYTES
  if (bytes > limits.memoryMaxBytes) {
    const limit = formatBytes(limits.memoryMaxBytes)
    throw new ComponentError(
      'memory',
      `the module asks for ${formatBytes(bytes)} of memory, the limit is ${limit}`,
    )
  }
}

export function checkTable(type: ValueType, elements: number, ordinal: number, limits: ScanLimits): void {
  if (ordinal > MAX_TABLES) throw notSupported(`more than ${MAX_TABLES} tables in a module`, LARGER_ELSEWHERE)
  if (type !== 'funcref' && type !== 'externref')
    throw notSupported(`a table of ${type} is not supported, only of funcref and externref`, otherRuntime())
  if (elements > limits.tableMaxElements) {
    throw new ComponentError(
      'memory',
      `the module asks for a table of ${elements} elements, the limit is ${limits.tableMaxElements}`,
    )
  }
}
