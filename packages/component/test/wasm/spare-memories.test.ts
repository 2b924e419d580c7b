import wabt from 'wabt'
import { describe, expect, it } from 'vitest'
import { compileForReuse, compileModule } from '../../wasm/compile.js'

const limits = { memoryMaxBytes: 64 * 1024 * 1024, tableMaxElements: 100_000 }
const tools = await wabt()

const binaryOf = (wat: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(tools.parseWat('test.wat', wat).toBinary({}).buffer)

const MEMORY = `(module
  (memory (export "memory") 2 6)
  (global $calls (mut i32) (i32.const 0))
  (data (i32.const 8) "abc")
  (func (export "poke") (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
  (func (export "peek") (param i32) (result i32) (i32.load8_u (local.get 0)))
  (func (export "grow") (result i32) (memory.grow (i32.const 1)))
  (func (export "pages") (result i32) (memory.size))
  (func (export "count") (result i32)
    (global.set $calls (i32.add (global.get $calls) (i32.const 1))) (global.get $calls)))`

type Calls = Readonly<Record<'poke' | 'peek' | 'grow' | 'pages' | 'count', (...args: number[]) => number>>

const started = (wat: string) => {
  const { module, memories } = compileForReuse(binaryOf(wat), limits)
  if (memories === undefined) throw new Error('its memory is its own')
  return () => {
    const { imports, giveBack } = memories.take()
    const { exports } = new WebAssembly.Instance(module, imports)
    return { calls: exports as Calls, memory: exports['memory'], giveBack }
  }
}

/** Sections of a module: a type, a function of that type, a memory of one page, and the code. */
const TYPES = [1, 4, 1, 0x60, 0, 0]
const FUNCTIONS = [3, 2, 1, 0]
const MEMORY_SECTION = [5, 3, 1, 0, 1]
const CODE = [10, 4, 1, 2, 0, 0x0b]

describe('memories of instances that have ended', () => {
  it("are like fresh ones: zeros, then the module's data, and its own globals", () => {
    const start = started(MEMORY)
    const first = start()
    expect([first.calls.peek(8), first.calls.count()]).toStrictEqual([97, 1])
    for (const at of [0, 8, 70_000, 131_071]) first.calls.poke(at, 7)
    first.giveBack()
    const second = start()
    expect(second.memory).toBe(first.memory)
    expect([0, 8, 70_000, 131_071].map((at) => second.calls.peek(at))).toStrictEqual([0, 97, 0, 0])
    expect(second.calls.count()).toBe(1)
  })

  it('belong to one instance at a time', () => {
    const start = started(MEMORY)
    const [first, second] = [start(), start()]
    first.calls.poke(0, 1)
    expect(second.memory).not.toBe(first.memory)
    expect(second.calls.peek(0)).toBe(0)
  })

  it('are not reused once they have grown, and grow no further than the module declares', () => {
    const start = started(MEMORY)
    const first = start()
    expect([first.calls.grow(), first.calls.grow()]).toStrictEqual([2, 3])
    first.giveBack()
    const second = start()
    expect(second.memory).not.toBe(first.memory)
    expect(second.calls.pages()).toBe(2)
    for (let pages = 2; pages < 6; pages++) expect(second.calls.grow()).toBe(pages)
    expect(second.calls.grow()).toBe(-1)
  })

  it("are imported in addition to the module's own imports", () => {
    const { module, memories, shape } = compileForReuse(
      binaryOf(`(module (import "a" "f" (func $f (result i32))) (memory 1)
        (func (export "g") (result i32) (i32.store (i32.const 0) (call $f)) (i32.load (i32.const 0))))`),
      limits,
    )
    expect(shape.imports).toStrictEqual([{ module: 'a', name: 'f', kind: 'function' }])
    const { exports } = new WebAssembly.Instance(module, { ...memories?.take().imports, a: { f: () => 42 } })
    expect((exports['g'] as () => number)()).toBe(42)
  })

  it.each([
    ['none', '(module)'],
    ['of no pages', '(module (memory 0))'],
    ['imported', '(module (import "a" "m" (memory 1)))'],
    ['large', '(module (memory 9))'],
  ])('are left to the module: %s', (_what, wat) => {
    expect(compileForReuse(binaryOf(wat), limits).memories).toBeUndefined()
  })

  it.each([
    ['before the functions', [TYPES, MEMORY_SECTION, FUNCTIONS, CODE]],
    ['after the code', [TYPES, FUNCTIONS, CODE, MEMORY_SECTION]],
    ['in two sections', [TYPES, FUNCTIONS, MEMORY_SECTION, [5, 1, 0], CODE]],
    ['with more than its section tells', [TYPES, FUNCTIONS, [5, 4, 1, 0, 1, 0], CODE]],
  ])('do not hide that a memory is %s, which is no module', (_what, sections) => {
    const binary = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections.flat()])
    expect(() => compileForReuse(binary, limits)).toThrow(/not a valid WebAssembly module/)
  })

  it('do not change the error of an invalid module', () => {
    const binary = binaryOf('(module (memory 1) (func (result i32) (i32.const 1)))')
    // The constant becomes a `nop`, and the function returns nothing.
    binary.set([0x01, 0x01], binary.length - 3)
    const messageOf = (compile: typeof compileModule) => {
      try {
        compile(binary, limits)
        return undefined
      } catch (error) {
        return error instanceof Error ? error.message : undefined
      }
    }
    expect(messageOf(compileForReuse)).toMatch(/not a valid WebAssembly module/)
    expect(messageOf(compileForReuse)).toBe(messageOf(compileModule))
  })
})
