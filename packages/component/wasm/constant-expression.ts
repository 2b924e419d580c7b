import type { ByteReader } from './byte-reader.js'

const END = 0x0b
const SIMD = 0xfd
const GC = 0xfb

type Skip = (reader: ByteReader) => void

const nothing: Skip = () => undefined
const index: Skip = (reader) => void reader.u32()

/** The operands of each instruction allowed in a constant expression. */
const INSTRUCTIONS: ReadonlyMap<number, Skip> = new Map<number, Skip>([
  [0x23, index], // global.get
  [0x41, (reader) => skipNumber(reader, 5)], // i32.const
  [0x42, (reader) => skipNumber(reader, 10)], // i64.const
  [0x43, (reader) => reader.skip(4)], // f32.const
  [0x44, (reader) => reader.skip(8)], // f64.const
  [0x6a, nothing], // i32.add
  [0x6b, nothing], // i32.sub
  [0x6c, nothing], // i32.mul
  [0x7c, nothing], // i64.add
  [0x7d, nothing], // i64.sub
  [0x7e, nothing], // i64.mul
  [0xd0, (reader) => reader.skipS33()], // ref.null
  [0xd2, index], // ref.func
  [SIMD, skipVector],
  [GC, skipGc],
])

/** From `struct.new` to `ref.i31`: the number of operands. */
const GC_NUMBERS: ReadonlyMap<number, number> = new Map([
  [0, 1],
  [1, 1],
  [6, 1],
  [7, 1],
  [8, 2],
  [26, 0],
  [27, 0],
  [28, 0],
])

/** Skips an expression that initialises a global or a table, with its `end`. */
export function skipConstantExpression(reader: ByteReader): void {
  for (let code = reader.u8(); code !== END; code = reader.u8()) {
    const skip = INSTRUCTIONS.get(code)
    if (skip === undefined) throw reader.malformed(`unknown constant instruction 0x${code.toString(16)}`)
    skip(reader)
  }
}

function skipNumber(reader: ByteReader, most: number): void {
  for (let count = 0; count < most; count += 1) if (reader.u8() < 0x80) return
  throw reader.malformed('a number is too long')
}

function skipVector(reader: ByteReader): void {
  const V128_CONST = 12
  if (reader.u32() !== V128_CONST) throw reader.malformed('unknown constant instruction')
  reader.skip(16)
}

function skipGc(reader: ByteReader): void {
  const numbers = GC_NUMBERS.get(reader.u32())
  if (numbers === undefined) throw reader.malformed('unknown constant instruction')
  for (let count = 0; count < numbers; count += 1) reader.u32()
}
