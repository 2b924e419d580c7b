import type { ByteReader } from './byte-reader.js'

type Skip = (reader: ByteReader) => void

const nothing: Skip = () => undefined
const index: Skip = (reader) => void reader.u32()
const inTurn =
  (first: Skip, second: Skip): Skip =>
  (reader) => {
    first(reader)
    second(reader)
  }
const indices = inTurn(index, index)
const number: Skip = (reader) => {
  while (reader.u8() >= 0x80);
}
/** Reference types that are followed by a heap type. */
const REFERENCES: ReadonlySet<number> = new Set([0x63, 0x64])
/** A value type, or the type of a block. */
const type: Skip = (reader) => {
  const first = reader.u8()
  if (first >= 0x80 || REFERENCES.has(first)) number(reader)
}
const listOf =
  (item: Skip): Skip =>
  (reader) => {
    for (let count = reader.u32(); count > 0; count -= 1) item(reader)
  }
const bytes =
  (count: number): Skip =>
  (reader) =>
    reader.skip(count)
const HAS_MEMORY_INDEX = 0x40
const memoryOperand: Skip = (reader) => {
  if ((reader.u32() & HAS_MEMORY_INDEX) !== 0) reader.u32()
  number(reader)
}

const range = (first: number, last: number, skip: Skip): [number, Skip][] =>
  Array.from({ length: last - first + 1 }, (_, i) => [first + i, skip])

const SATURATING_AND_MEMORY = 0xfc
const VECTOR = 0xfd
const ATOMIC = 0xfe

/**
 * How to skip the operands of each instruction that changes nothing but locals, globals and memory. Instructions that write to
 * tables, drop segments, throw or catch exceptions, or use objects are omitted.
 */
const PLAIN: ReadonlyMap<number, Skip> = new Map([
  ...range(0x00, 0x01, nothing), // unreachable, nop
  ...range(0x02, 0x04, type), // block, loop, if
  [0x05, nothing], // else
  [0x0b, nothing], // end
  ...range(0x0c, 0x0d, index), // br, br_if
  [0x0e, inTurn(listOf(index), index)], // br_table
  [0x0f, nothing], // return
  [0x10, index], // call
  [0x11, indices], // call_indirect
  [0x12, index], // return_call
  [0x13, indices], // return_call_indirect
  ...range(0x1a, 0x1b, nothing), // drop, select
  [0x1c, listOf(type)], // select of a type
  ...range(0x20, 0x25, index), // local and global, table.get
  ...range(0x28, 0x3e, memoryOperand), // loads and stores
  ...range(0x3f, 0x40, index), // memory.size, memory.grow
  ...range(0x41, 0x42, number), // i32.const, i64.const
  [0x43, bytes(4)], // f32.const
  [0x44, bytes(8)], // f64.const
  ...range(0x45, 0xc4, nothing), // numeric
  [0xd0, number], // ref.null
  [0xd1, nothing], // ref.is_null
  [0xd2, index], // ref.func
])

const PREFIXED: ReadonlyMap<number, ReadonlyMap<number, Skip>> = new Map([
  [
    SATURATING_AND_MEMORY,
    new Map([
      ...range(0x00, 0x07, nothing), // trunc_sat
      [0x0a, indices], // memory.copy
      [0x0b, index], // memory.fill
      [0x10, index], // table.size
    ]),
  ],
  [
    VECTOR,
    new Map([
      ...range(0x00, 0x0b, memoryOperand),
      ...range(0x0c, 0x0d, bytes(16)), // v128.const, i8x16.shuffle
      ...range(0x0e, 0x14, nothing),
      ...range(0x15, 0x22, bytes(1)), // lanes
      ...range(0x23, 0x53, nothing),
      ...range(0x54, 0x5b, inTurn(memoryOperand, bytes(1))),
      ...range(0x5c, 0x5d, memoryOperand),
      ...range(0x5e, 0xff, nothing),
    ]),
  ],
  [ATOMIC, new Map([[0x03, bytes(1)] as const, ...range(0x10, 0x4e, memoryOperand)])],
])

/** Whether a function changes nothing but locals, globals and memory; false if it has an unlisted instruction. */
export function isPlain(body: ByteReader): boolean {
  for (let groups = body.u32(); groups > 0; groups -= 1) {
    body.u32()
    type(body)
  }
  while (!body.done) {
    const code = body.u8()
    const more = PREFIXED.get(code)
    const skip = more === undefined ? PLAIN.get(code) : more.get(body.u32())
    if (skip === undefined) return false
    skip(body)
  }
  return true
}
