import type { ByteReader } from '../wasm/byte-reader.js'
import type { CoreSort, Sort } from './ast.js'
import { malformed, unsupported } from './error.js'
import { NOT_YET } from '../remedy.js'

const CORE_SORTS: ReadonlyMap<number, CoreSort> = new Map([
  [0x00, 'core-func'],
  [0x01, 'core-table'],
  [0x02, 'core-memory'],
  [0x03, 'core-global'],
  [0x04, 'core-tag'],
  [0x10, 'core-type'],
  [0x11, 'core-module'],
  [0x12, 'core-instance'],
])

const CORE = 0x00

const SORTS: ReadonlyMap<number, Sort> = new Map([
  [0x01, 'func'],
  [0x02, 'value'],
  [0x03, 'type'],
  [0x04, 'component'],
  [0x05, 'instance'],
])

export function readCoreSort(reader: ByteReader): CoreSort {
  const at = reader.offset
  const code = reader.u8()
  const sort = CORE_SORTS.get(code)
  if (sort === undefined) throw malformed(`unknown core sort 0x${code.toString(16)}`, at)
  return sort
}

export function readSort(reader: ByteReader): Sort {
  const at = reader.offset
  const code = reader.u8()
  if (code === CORE) return readCoreSort(reader)
  const sort = SORTS.get(code)
  if (sort === undefined) throw malformed(`unknown sort 0x${code.toString(16)}`, at)
  return sort
}

/** Reads the sort of an export, an inline export or an argument. */
export function readPassableSort(reader: ByteReader): Sort {
  const at = reader.offset
  const sort = readSort(reader)
  if (sort === 'value') throw unsupported('a value that is passed on', at, NOT_YET)
  if (sort.startsWith('core-') && sort !== 'core-module') throw malformed(`a ${sort} that is passed on`, at)
  return sort
}
