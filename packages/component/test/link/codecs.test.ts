import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CallContext } from '../../link/abi/call-context.js'
import type { FlatValue } from '../../link/abi/flat.js'
import { LinearMemory } from '../../link/abi/linear-memory.js'
import { STRING_FORMATS } from '../../link/abi/string-format.js'
import { InstanceState } from '../../link/abi/instance-state.js'
import type { ValueType } from '../../types.js'
import { printWave } from '../../wave/print.js'
import { anyType, valueOf } from '../wave/arbitrary.js'
import { codecFor } from './codec-for.js'

/** A guest whose memory grows, and therefore moves, at every third allocation. */
function guest(strings: keyof typeof STRING_FORMATS) {
  const memory = new WebAssembly.Memory({ initial: 1 })
  let top = 8
  let calls = 0
  const allocate = (align: number, size: number): number => {
    const at = Math.ceil(top / align) * align
    top = at + size
    calls += 1
    const short = top - memory.buffer.byteLength
    if (short > 0 || calls % 3 === 0) memory.grow(Math.max(0, Math.ceil(short / 65_536)))
    return at
  }
  const call = new CallContext({
    instance: new InstanceState(),
    resources: [],
    memory: new LinearMemory(memory),
    realloc: (_at, _size, align, size) => allocate(align, size),
    strings: STRING_FORMATS[strings],
  })
  return { call, allocate }
}

const typed = anyType.chain((type) => valueOf(type).map((value) => ({ type, value })))

describe.each(['utf8', 'utf16', 'latin1+utf16'] as const)('values of any type (%s)', (strings) => {
  it('survive a round trip through memory', () => {
    fc.assert(
      fc.property(typed, ({ type, value }) => {
        const { call, allocate } = guest(strings)
        const codec = codecFor(type)
        const at = allocate(codec.align, codec.size)
        codec.store(call, at, value)
        expect(printWave(type, codec.load(call, at))).toBe(printWave(type, value))
      }),
      { numRuns: 300 },
    )
  })

  it('survive a round trip through flat values, if there are few enough', () => {
    fc.assert(
      fc.property(typed, ({ type, value }) => {
        const { call } = guest(strings)
        const codec = codecFor(type)
        if (codec.flat === undefined) return
        const flat: FlatValue[] = [7, 7]
        codec.lower(call, value, flat, 2)
        expect(flat.slice(2).map(flatTypeOf)).toStrictEqual(codec.flat.map((kind) => kind === 'i64'))
        expect(printWave(type, codec.lift(call, flat, 2))).toBe(printWave(type, value))
      }),
      { numRuns: 300 },
    )
  })
})

/** Whether the flat value has 64 bits. */
const flatTypeOf = (value: FlatValue): boolean => typeof value === 'bigint'

describe('the layout of a type', () => {
  const of = (kind: 'u8' | 'u16' | 'u32' | 'u64' | 'f32' | 'f64' | 'string'): ValueType => ({ kind })
  const flags = (count: number): ValueType => ({
    kind: 'flags',
    names: Array.from({ length: count }, (_, index) => `f${index}`),
  })
  const variant = (...types: (ValueType | undefined)[]): ValueType => ({
    kind: 'variant',
    cases: types.map((type, index) => ({ name: `c${index}`, type })),
  })
  const many: ValueType = { kind: 'enum', cases: Array.from({ length: 257 }, (_, index) => `c${index}`) }

  it.each<[string, ValueType, number, number, string | undefined]>([
    ['a string', of('string'), 8, 4, 'i32 i32'],
    ['a tuple with gaps', { kind: 'tuple', items: [of('u8'), of('u64'), of('u16')] }, 24, 8, 'i32 i64 i32'],
    ['8 flags', flags(8), 1, 1, 'i32'],
    ['9 flags', flags(9), 2, 2, 'i32'],
    ['17 flags', flags(17), 4, 4, 'i32'],
    ['an enum of 257', many, 2, 2, 'i32'],
    ['an option of u64', { kind: 'option', some: of('u64') }, 16, 8, 'i32 i64'],
    ['a result of nothing', { kind: 'result', ok: undefined, err: undefined }, 1, 1, 'i32'],
    ['cases of f32 and u32', variant(of('f32'), of('u32')), 8, 4, 'i32 i32'],
    ['cases of f32 and f64', variant(of('f32'), of('f64')), 16, 8, 'i32 i64'],
    ['cases of string and f32', variant(of('string'), of('f32')), 12, 4, 'i32 i32 i32'],
    ['three bytes', { kind: 'list', element: of('u8'), length: 3 }, 3, 1, 'i32 i32 i32'],
    ['seventeen bytes', { kind: 'list', element: of('u8'), length: 17 }, 17, 1, undefined],
  ])('of %s', (_what, type, size, align, flat) => {
    const codec = codecFor(type)
    expect([codec.size, codec.align, codec.flat?.join(' ')]).toStrictEqual([size, align, flat])
  })
})

describe('a JavaScript value of another type', () => {
  it.each<[ValueType, unknown]>([
    [{ kind: 'u8' }, '1'],
    [{ kind: 'u64' }, 1],
    [{ kind: 'bool' }, 1],
    [{ kind: 'char' }, 'ab'],
    [{ kind: 'char' }, '\ud800'],
    [{ kind: 'string' }, undefined],
    [{ kind: 'list', element: { kind: 'u8' } }, new Uint16Array(1)],
    [{ kind: 'tuple', items: [{ kind: 'u8' }] }, [1, 2]],
    [{ kind: 'enum', cases: ['a'] }, 'b'],
    [{ kind: 'flags', names: ['a'] }, { a: 1 }],
    [{ kind: 'record', fields: [{ name: 'constructor', type: { kind: 'string' } }] }, {}],
    [{ kind: 'result', ok: undefined, err: undefined }, { tag: 'maybe' }],
  ])('%j is refused', (type, value) => {
    const { call, allocate } = guest('utf8')
    const codec = codecFor(type)
    const at = allocate(codec.align, codec.size)
    expect(() => codec.store(call, at, value)).toThrow(TypeError)
    expect(() => codec.lower(call, value, [], 0)).toThrow(TypeError)
  })
})
