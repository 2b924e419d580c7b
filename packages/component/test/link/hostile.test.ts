import { describe, expect, it } from 'vitest'
import { instantiate } from '../../link/instantiate.js'
import { built, functionOf, prepare } from './harness.js'

const hostile = prepare(built('hostile'))
const composed = prepare(built('composed'))
const told: unknown[] = []
const call = (name: string, ...args: unknown[]): unknown =>
  functionOf(instantiate(hostile, { tell: (what: unknown) => told.push(what) }), name)(...args)
const use = (name: string, ...args: unknown[]): unknown =>
  functionOf(instantiate(composed, {}), 'user', name)(...args)

describe('a value from a guest', () => {
  it.each<[string, unknown[], unknown]>([
    ['char', [0x10ffff], '\u{10ffff}'],
    ['bool', [2], true],
    ['u8', [0x1ff], 0xff],
    ['enum', [1], 'green'],
    ['string-at', [32, 5], 'café'],
    ['utf16-at', [50, 1], 'a'],
    ['compact-at', [32, 3], 'caf'],
    ['compact-at', [50, 0x80000001], 'a'],
    ['words-at', [131072, 0], new BigUint64Array()],
    ['echo-grows', ['moved'], 'moved'],
    ['echo-compact', ['caf\u00e9'], 'caf\u00e9'],
    ['echo-compact', ['\u20ac'], '\u20ac'],
  ])('is accepted: %s %j', (name, args, value) => {
    expect(call(name, ...args)).toStrictEqual(value)
  })

  it.each<[string, unknown[], RegExp]>([
    ['char', [0xd800], /invalid `char` bit pattern 0xd800/],
    ['char', [0x110000], /invalid `char` bit pattern 0x110000/],
    ['char', [0xffffffff], /invalid `char` bit pattern/],
    ['enum', [2], /invalid variant discriminant 2 \(enum of 2\)/],
    ['enum', [0xffffffff], /invalid variant discriminant 4294967295/],
    ['variant-at', [33], /unaligned pointer .*: not a multiple of 8/],
    ['variant-at', [32], /invalid variant discriminant 99 \(variant/],
    ['variant-at', [0xfffffff8], /content out-of-bounds/],
    ['string-at', [131073, 0], /out-of-bounds: .* memory of 131072/],
    ['string-at', [0xffffffff, 0xffffffff], /content out-of-bounds/],
    ['string-at', [0, 131073], /content out-of-bounds/],
    ['string-at', [38, 1], /invalid utf-8/],
    ['utf16-at', [33, 1], /unaligned pointer .*: not a multiple of 2/],
    ['utf16-at', [48, 1], /invalid utf-16/],
    ['utf16-at', [0, 0x80000000], /content out-of-bounds/],
    ['compact-at', [33, 1], /unaligned pointer .*: not a multiple of 2/],
    ['compact-at', [0, 0xffffffff], /content out-of-bounds/],
    ['words-at', [4, 1], /unaligned pointer .*: not a multiple of 8/],
    ['words-at', [131064, 2], /content out-of-bounds/],
    ['words-at', [0, 0x20000000], /content out-of-bounds/],
    ['strings-at', [32, 1], /content out-of-bounds/],
    ['amplify', [], /more than 134217728 bytes of values in one call/],
    ['take-beyond', ['0123456789abcdef0'], /realloc return: beyond end of memory/],
    ['take-askew', [[1]], /realloc return: result not aligned/],
    ['take-tells', ['x'], /cannot leave component instance/],
    ['take-traps', ['x'], /unreachable/],
    ['post-tells', [1], /cannot leave component instance/],
  ])('is refused: %s %j', (name, args, error) => {
    expect(() => call(name, ...args)).toThrow(error)
    expect(() => call(name, ...args)).toThrow(WebAssembly.RuntimeError)
  })

  it('reaches the host in another form', () => {
    told.length = 0
    call('tell', 0xffffffff)
    expect(told).toStrictEqual([0xffffffff])
  })
})

describe('components inside a component', () => {
  it('lend, drop and destroy a resource of one of them', () => {
    expect(use('visit', 7)).toBe(777)
  })

  it.each(['', 'text', 'größer als vorher: \u{1f600}', 'x'.repeat(5000)])(
    'change the encoding of %j',
    (text) => {
      expect(use('echo', text)).toBe(text)
    },
  )

  it.each([
    ['use-dropped', /unknown handle index/],
    ['drop-twice', /unknown handle index/],
    ['drop-zero', /unknown handle index 0/],
    ['lend-and-keep', /borrow handles still remain/],
    ['leak', /more than 1000000 handles/],
  ])('trap: %s', (name, error) => {
    expect(() => use(name)).toThrow(error)
  })

  it.each([
    ['echo-to-nowhere', /content out-of-bounds/],
    ['echo-askew', /unaligned pointer/],
  ])('trap for a pointer to a result: %s', (name, error) => {
    expect(() => use(name, 'text')).toThrow(error)
  })

  it('give a resource to the host, which drops it', () => {
    const instance = instantiate(composed, {})
    const make = functionOf(instance, 'counters', '[constructor]counter')
    const value = functionOf(instance, 'counters', '[method]counter.value')
    const destroyed = functionOf(instance, 'counters', 'destroyed')
    const counter = make(5)
    expect(value(counter)).toBe(5)
    const isDisposable = (it: unknown): it is Disposable =>
      typeof it === 'object' && it !== null && Symbol.dispose in it
    if (!isDisposable(counter)) throw new Error('not disposable')
    counter[Symbol.dispose]()
    counter[Symbol.dispose]()
    expect(destroyed()).toBe(5)
  })
})
