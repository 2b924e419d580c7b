import type { ByteReader } from './byte-reader.js'

/** A type of WebAssembly values; `reference` stands for reference types that have no text form. */
export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128' | 'funcref' | 'externref' | 'reference'

/** The types that values of components are passed in. https://github.com/WebAssembly/component-model, CanonicalABI.md, "Flattening" */
export type FlatType = Extract<ValueType, 'i32' | 'i64' | 'f32' | 'f64'>

/** The type of addresses of a memory. */
export type AddressType = Extract<FlatType, 'i32' | 'i64'>

export type FunctionType = { readonly params: readonly ValueType[]; readonly results: readonly ValueType[] }

const BY_CODE: ReadonlyMap<number, ValueType> = new Map([
  [0x7f, 'i32'],
  [0x7e, 'i64'],
  [0x7d, 'f32'],
  [0x7c, 'f64'],
  [0x7b, 'v128'],
  [0x70, 'funcref'],
  [0x6f, 'externref'],
])

const NULLABLE_REFERENCE = 0x63
const REFERENCE = 0x64
/** Shorthands of abstract heap types, from `exnref` to `nofuncref`. */
const FIRST_SHORTHAND = 0x68
const LAST_SHORTHAND = 0x75

/** V8's own limit on the parameters of a function, and on its results. */
const MAX_VALUES = 1000

export function readValueType(reader: ByteReader): ValueType {
  const code = reader.u8()
  const known = BY_CODE.get(code)
  if (known !== undefined) return known
  if (code === NULLABLE_REFERENCE || code === REFERENCE) {
    reader.skipS33()
    return 'reference'
  }
  if (code >= FIRST_SHORTHAND && code <= LAST_SHORTHAND) return 'reference'
  throw reader.malformed(`unknown value type 0x${code.toString(16)}`)
}

/** Reads the part of a function type after its 0x60. */
export function readFunctionType(reader: ByteReader): FunctionType {
  return { params: readValueTypes(reader), results: readValueTypes(reader) }
}

function readValueTypes(reader: ByteReader): ValueType[] {
  const count = reader.u32()
  if (count > MAX_VALUES) throw reader.malformed(`${count} parameters or results`)
  return Array.from({ length: count }, () => readValueType(reader))
}
