import { parse } from '@bytecodealliance/jco-transpile/wasm-tools'
import { describe, expect, it } from 'vitest'
import { decodeComponent } from '../../binary/decode.js'
import { checkTypes } from '../../check/check.js'
import { instantiate } from '../../link/instantiate.js'
import { built, functionOf, prepare } from './harness.js'

/** `(module (memory i64 1))` */
const hasWideMemories = WebAssembly.validate(
  Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x05, 0x03, 0x01, 0x04, 0x01),
)
const TEXT = 'größer 😀'

describe('C19: canonical definitions over a memory of 64 bits', () => {
  it.runIf(!hasWideMemories)('are refused with the version of Node.js that has one', () => {
    expect(() => prepare(built('memory64'))).toThrow(
      new RegExp(`a memory of 64 bits needs Node.js 24 or newer; this is ${process.version}$`),
    )
  })

  it.each([
    ['stream.read', '(canon stream.read $s async (memory $m) (core func $x))', 'i32 i64 i64', 'i64'],
    ['stream.write', '(canon stream.write $s (memory $m) (core func $x))', 'i32 i64 i64', 'i64'],
    ['future.read', '(canon future.read $f (memory $m) (core func $x))', 'i32 i64', 'i32'],
    ['future.write', '(canon future.write $f async (memory $m) (core func $x))', 'i32 i64', 'i32'],
    ['waitable-set.wait', '(canon waitable-set.wait (memory $m) (core func $x))', 'i32 i64', 'i32'],
    ['waitable-set.poll', '(canon waitable-set.poll (memory $m) (core func $x))', 'i32 i64', 'i32'],
    ['error-context.new', '(canon error-context.new (memory $m) (core func $x))', 'i64 i64', 'i32'],
    ['context.get', '(canon context.get i64 0 (core func $x))', '', 'i64'],
  ])('give built-in functions these types: %s', async (_name, definition, params, result) => {
    const using = (type: string) => `(component
      (core module $M (memory (export "m") i64 1))
      (core instance $i (instantiate $M))
      (alias core export $i "m" (core memory $m))
      (type $s (stream u8))
      (type $f (future u8))
      ${definition}
      (core module $N (import "" "x" (func ${type})))
      (core instance (instantiate $N (with "" (instance (export "x" (func $x)))))))`
    const isValid = async (type: string) => {
      const bytes = new Uint8Array(await parse(using(type)))
      const check = () => checkTypes(decodeComponent(bytes))
      try {
        check()
        return true
      } catch (error) {
        expect(error).toMatchObject({ code: 'binary' })
        return false
      }
    }
    const paramsOf = (types: string) => (types === '' ? '' : `(param ${types})`)
    expect(await isValid(`${paramsOf(params)} (result ${result})`)).toBe(true)
    expect(await isValid(`${paramsOf(params.replaceAll('i64', 'i32'))} (result i32)`)).toBe(
      !`${params} ${result}`.includes('i64'),
    )
  })

  describe.runIf(hasWideMemories)('where the engine has one', () => {
    const call = (name: string, ...args: readonly unknown[]) =>
      functionOf(
        instantiate(prepare(built('memory64')), { shout: (text: string) => `${text}!` }),
        'wide',
        name,
      )(...args)

    it.each<[string, unknown[], unknown]>([
      ['echo', [TEXT], TEXT],
      ['echo', ['x'.repeat(50_000)], 'x'.repeat(50_000)],
      ['echo-compact', ['größer'], 'größer'],
      ['echo-compact', [TEXT], TEXT],
      ['shout', [TEXT], `${TEXT}!`],
      ['sum', [new Uint32Array([1, 2, 4_294_967_295])], 4_294_967_298n],
      ['sum', [[]], 0n],
      ['measure', [{ tag: 'text', val: 'four' }], 4],
      ['measure', [{ tag: 'number', val: 0.5 }], 0.5],
      ['measure', [{ tag: 'none' }], 0],
      ['last', ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', TEXT], TEXT],
    ])('pass values: %s', (name, args, value) => {
      expect(call(name, ...args)).toStrictEqual(value)
    })

    it.each([['far'], ['long']])('trap where a guest points beyond its memory: %s', (name) => {
      expect(() => call(name)).toThrow(/out-of-bounds/)
    })

    it('pass values to components of 32 bits', () => {
      const instance = instantiate(prepare(built('memory64')), { shout: (text: string) => text })
      expect(functionOf(instance, 'through-narrow')(TEXT)).toBe(TEXT)
    })
  })
})
