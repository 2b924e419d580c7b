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

describe('what a guest hands over', () => {
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
  ])('is taken: %s %j', (name, args, value) => {
    expect(call(name, ...args)).toStrictEqual(value)
  })

  it.each<[string, unknown[], RegExp]>([
    ['char', [0xd800], /0xd800 is no character/],
    ['char', [0x110000], /0x110000 is no character/],
    ['char', [0xffffffff], /no character/],
    ['enum', [2], /case 2 of enum, which has 2/],
    ['enum', [0xffffffff], /case 4294967295/],
    ['variant-at', [33], /not aligned to 8/],
    ['variant-at', [32], /case 99 of variant/],
    ['variant-at', [0xfffffff8], /not within the memory/],
    ['string-at', [131073, 0], /not within the memory of 131072/],
    ['string-at', [0xffffffff, 0xffffffff], /not within the memory/],
    ['string-at', [0, 131073], /not within/],
    ['string-at', [38, 1], /not UTF-8/],
    ['utf16-at', [33, 1], /not aligned to 2/],
    ['utf16-at', [48, 1], /not UTF-16/],
    ['utf16-at', [0, 0x80000000], /not within/],
    ['compact-at', [33, 1], /not aligned to 2/],
    ['compact-at', [0, 0xffffffff], /not within/],
    ['words-at', [4, 1], /not aligned to 8/],
    ['words-at', [131064, 2], /not within/],
    ['words-at', [0, 0x20000000], /not within/],
    ['strings-at', [32, 1], /not within/],
    ['amplify', [], /more than 134217728 bytes of values in one call/],
    ['take-beyond', ['0123456789abcdef0'], /not within/],
    ['take-askew', [[1]], /not aligned to 4/],
    ['take-tells', ['x'], /out of realloc or post-return/],
    ['take-traps', ['x'], /unreachable/],
    ['post-tells', [1], /out of realloc or post-return/],
  ])('is refused: %s %j', (name, args, error) => {
    expect(() => call(name, ...args)).toThrow(error)
    expect(() => call(name, ...args)).toThrow(WebAssembly.RuntimeError)
  })

  it('gets to the host otherwise', () => {
    told.length = 0
    call('tell', 0xffffffff)
    expect(told).toStrictEqual([0xffffffff])
  })
})

describe('components inside of a component', () => {
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
    ['use-dropped', /there is no handle/],
    ['drop-twice', /there is no handle/],
    ['drop-zero', /there is no handle 0/],
    ['lend-and-keep', /borrowed handle was not dropped/],
    ['leak', /more than 1000000 handles/],
  ])('trap: %s', (name, error) => {
    expect(() => use(name)).toThrow(error)
  })

  it.each([
    ['echo-to-nowhere', /not within the memory/],
    ['echo-askew', /not aligned to 4/],
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
