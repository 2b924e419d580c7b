import wabt from 'wabt'
import { describe, expect, it } from 'vitest'
import { InstanceImage } from '../../link/calls/instance-image.js'
import { compileForReuse } from '../../wasm/compile.js'

const limits = { memoryMaxBytes: 64 * 1024 * 1024, tableMaxElements: 100_000 }
const tools = await wabt()

const compiled = (wat: string) =>
  compileForReuse(new Uint8Array(tools.parseWat('test.wat', wat, FEATURES).toBinary({}).buffer), limits)
const FEATURES = {
  simd: true,
  threads: true,
  sat_float_to_int: true,
  bulk_memory: true,
  reference_types: true,
}

const CHANGING = `(module
  (memory (export "memory") 1 3)
  (table 2 funcref) (elem (i32.const 0) $count)
  (type $counts (func (result i32)))
  (data (i32.const 8) "abc\\00d")
  (global $fixed i32 (i32.const 5))
  (global $calls (mut i32) (i32.const -1))
  (global (export "wide") (mut i64) (i64.const 0x7fffffffffffffff))
  (func $count (export "count") (result i32)
    (global.set $calls (i32.add (global.get $calls) (i32.const 1))) (global.get $calls))
  (func (export "by-table") (result i32) (call_indirect (type $counts) (i32.const 0)))
  (func (export "poke") (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
  (func (export "peek") (param i32) (result i32) (i32.load8_u (local.get 0)))
  (func (export "grow") (result i32) (memory.grow (i32.const 1))))`

const started = () => {
  const { module, memories, globals } = compiled(CHANGING)
  if (memories === undefined || globals === undefined) throw new Error('the module is not restorable')
  const { imports, memory } = memories.take()
  const { exports } = new WebAssembly.Instance(module, imports)
  const calls = exports as Readonly<
    Record<'count' | 'by-table' | 'poke' | 'peek' | 'grow', (...args: number[]) => number>
  > & { readonly wide: { value: bigint } }
  return { calls, image: new InstanceImage(exports, globals, memory) }
}

describe('restoring an instance', () => {
  it('brings back its data, its globals, exported or not, and zeros elsewhere', () => {
    const { calls, image } = started()
    const wide = calls.wide.value
    for (let run = 0; run < 3; run++) {
      expect([calls.count(), calls['by-table']()]).toStrictEqual([0, 1])
      expect([7, 8, 10, 11, 12, 65_535].map((at) => calls.peek(at))).toStrictEqual([0, 97, 99, 0, 100, 0])
      expect(calls.wide.value).toBe(wide)
      for (const at of [0, 7, 8, 11, 12, 13, 65_535]) calls.poke(at, 7)
      calls.wide.value = 1n
      expect(image.restore()).toBe(true)
    }
  })

  it('fails once the memory has grown', () => {
    const { calls, image } = started()
    expect(calls.grow()).toBe(1)
    expect(image.restore()).toBe(false)
  })
})

describe('a module is known to change nothing but its memory and globals', () => {
  const canBe = (wat: string) => compiled(`(module (memory 1) ${wat})`).globals !== undefined
  const func = (code: string) => `(func (export "f") ${code})`

  it.each([
    ['blocks and branches', '(block (result i32) (br_table 0 0 (i32.const 38) (i32.const 38))) drop'],
    [
      'constants like forbidden instructions',
      '(i64.const 0x26) drop (f64.const 3.5) drop (f32.const 1) drop',
    ],
    [
      'memory in bulk',
      '(memory.fill (i32.const 0) (i32.const 38) (i32.const 8)) (memory.copy (i32.const 0) (i32.const 8) (i32.const 8))',
    ],
    ['saturation', '(i32.trunc_sat_f64_s (f64.const 1)) drop'],
    [
      'vectors',
      '(v128.load (i32.const 0)) (i8x16.extract_lane_u 3) drop (v128.const i32x4 38 38 38 38) drop',
    ],
    ['lanes of vectors', '(v128.load32_lane 1 (i32.const 0) (v128.const i64x2 0 0)) drop'],
    ['atomics', '(i32.atomic.rmw.add (i32.const 0) (i32.const 1)) drop (atomic.fence)'],
    ['tables that it reads', '(table.get 0 (i32.const 0)) (ref.is_null) drop (table.size 0) drop'],
  ])('with %s', (_what, code) => {
    expect(canBe(`(table 1 funcref) ${func(code)}`)).toBe(true)
  })

  it.each([
    ['a table is written to', `(table 1 funcref) ${func('(table.set 0 (i32.const 0) (ref.null func))')}`],
    ['a table grows', `(table 1 funcref) ${func('(table.grow 0 (ref.null func) (i32.const 1)) drop')}`],
    [
      'a table is filled',
      `(table 1 funcref) ${func('(table.fill 0 (i32.const 0) (ref.null func) (i32.const 1))')}`,
    ],
    [
      'a table is copied',
      `(table 2 funcref) ${func('(table.copy (i32.const 0) (i32.const 1) (i32.const 1))')}`,
    ],
    [
      'a segment goes to a table',
      `(table 1 funcref) (elem func 0) ${func('(table.init 0 (i32.const 0) (i32.const 0) (i32.const 1))')}`,
    ],
    ['elements are dropped', `(table 1 funcref) (elem func 0) ${func('(elem.drop 0)')}`],
    ['data is dropped', `(data "a") ${func('(data.drop 0)')}`],
    [
      'a passive segment is used',
      `(data "a") ${func('(memory.init 0 (i32.const 0) (i32.const 0) (i32.const 1))')}`,
    ],
    ['others may write to a table', `(table (export "t") 1 funcref) ${func('')}`],
    ['a global is no integer', `(global (mut f64) (f64.const 0)) ${func('')}`],
    ['a global is a reference', `(global (mut funcref) (ref.null func)) ${func('')}`],
    ['a function runs at the start', `(func $s) (start $s) ${func('')}`],
    [
      'the name of a global is taken',
      `(global (mut i32) (i32.const 0)) (func (export "\\00proplet global 0"))`,
    ],
  ])('unless %s', (_what, wat) => {
    expect(canBe(wat)).toBe(false)
  })

  it.each([
    ['global', '(global (import "a" "g") (mut i32))'],
    ['table', '(import "a" "t" (table 1 funcref))'],
  ])('unless it imports a %s', (_what, wat) => {
    expect(compiled(`(module ${wat} (memory 1) (func (export "f")))`).globals).toBeUndefined()
  })
})
