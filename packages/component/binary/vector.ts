import type { ByteReader } from '../wasm/byte-reader.js'
import { malformed } from './error.js'
import type { Tally } from './scope.js'

/** Reads a counted list. Every entry takes at least one byte, so an impossible count is refused at once. */
export function readVector<T>(reader: ByteReader, tally: Tally, read: (reader: ByteReader) => T): T[] {
  const at = reader.offset
  const count = reader.u32()
  if (count > reader.left) throw malformed(`a count of ${count} in front of ${reader.left} bytes`, at)
  const items: T[] = []
  for (let index = 0; index < count; index += 1) {
    tally.add(reader.offset)
    items.push(read(reader))
  }
  return items
}

/** The same, for a list that must not be empty. */
export function readFilledVector<T>(reader: ByteReader, tally: Tally, read: (reader: ByteReader) => T): T[] {
  const at = reader.offset
  const items = readVector(reader, tally, read)
  if (items.length === 0) throw malformed('an empty list of members', at)
  return items
}

/** Refuses a list with duplicate names. */
export function distinct<T>(items: readonly T[], nameOf: (item: T) => string, offset: number): readonly T[] {
  const names = new Set(items.map(nameOf))
  if (names.size < items.length) throw malformed('two members of the same name', offset)
  return items
}
