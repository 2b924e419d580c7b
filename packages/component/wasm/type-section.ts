import type { ByteReader } from './byte-reader.js'
import { readValueType } from './value-types.js'

const RECURSIVE_GROUP = 0x4e
const FINAL_SUBTYPE = 0x4f
const SUBTYPE = 0x50
const ARRAY = 0x5e
const STRUCT = 0x5f
const FUNCTION = 0x60
const I8 = 0x78
const I16 = 0x77

/** Where each function type of a module begins, after its form byte; undefined for other types. */
export type TypeOffsets = (number | undefined)[]

/** Reads one entry of the type section; a recursive group defines several types. */
export function readTypes(reader: ByteReader, types: TypeOffsets): void {
  const form = reader.u8()
  if (form !== RECURSIVE_GROUP) {
    types.push(readSubtype(form, reader))
    return
  }
  for (let count = reader.u32(); count > 0; count -= 1) types.push(readSubtype(reader.u8(), reader))
}

function readSubtype(form: number, reader: ByteReader): number | undefined {
  if (form !== SUBTYPE && form !== FINAL_SUBTYPE) return readComposite(form, reader)
  for (let count = reader.u32(); count > 0; count -= 1) reader.u32()
  return readComposite(reader.u8(), reader)
}

function readComposite(form: number, reader: ByteReader): number | undefined {
  switch (form) {
    case FUNCTION: {
      const { offset } = reader
      skipValueTypes(reader)
      skipValueTypes(reader)
      return offset
    }
    case ARRAY:
      skipField(reader)
      return undefined
    case STRUCT:
      for (let count = reader.u32(); count > 0; count -= 1) skipField(reader)
      return undefined
    default:
      throw reader.malformed(`unknown type 0x${form.toString(16)}`)
  }
}

function skipValueTypes(reader: ByteReader): void {
  for (let count = reader.u32(); count > 0; count -= 1) readValueType(reader)
}

function skipField(reader: ByteReader): void {
  const packed = reader.at(reader.offset).u8()
  if (packed === I8 || packed === I16) reader.skip(1)
  else readValueType(reader)
  reader.skip(1)
}
