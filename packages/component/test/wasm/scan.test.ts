import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { scanModule } from '../../wasm/scan.js'
import { fixturePath, MIB } from '../../../../test/runtime/embedded/harness.js'

const limits = { memoryMaxBytes: 64 * MIB, tableMaxElements: 1000 }
const leb = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) | 128, ...leb(Math.floor(value / 128))]
const section = (id: number, ...content: number[]): number[] => [id, ...leb(content.length), ...content]
const module = (...sections: number[][]): Uint8Array =>
  Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections.flat()])
const scan = (...sections: number[][]) => scanModule(module(...sections), limits)

describe('the scanner of modules', () => {
  it('lists imports and the types of exported functions', () => {
    const shape = scanModule(readFileSync(fixturePath('speak')), limits)
    expect(shape.imports).toHaveLength(4)
    expect(shape.imports[3]).toStrictEqual({
      module: 'wasi_snapshot_preview1',
      name: 'proc_exit',
      kind: 'function',
    })
    expect(shape.functions.get('answer')).toStrictEqual({ params: [], results: ['i32'] })
    expect([...shape.functions.keys()]).not.toContain('memory')
  })

  it('knows every value type', () => {
    const { functions } = scanModule(readFileSync(fixturePath('numbers')), limits)
    expect(functions.get('all')).toStrictEqual({
      params: ['i32', 'i64', 'f32', 'f64'],
      results: ['i32', 'i64', 'f32', 'f64'],
    })
    expect(functions.get('vector')?.params).toStrictEqual(['v128'])
    expect(functions.get('reference')?.params).toStrictEqual(['externref'])
    expect(functions.get('give_reference')?.results).toStrictEqual(['funcref'])
  })

  it('accepts typed references, which have no text form', () => {
    const types = section(1, 1, 0x60, 2, 0x64, 0x70, 0x6e, 0)
    const { functions } = scan(types, section(3, 1, 0), section(7, 1, 1, 0x61, 0, 0))
    expect(functions.get('a')?.params).toStrictEqual(['reference', 'reference'])
  })

  it('accepts recursive groups and subtypes of functions', () => {
    const group = [0x4e, 2, 0x50, 0, 0x60, 0, 1, 0x7f, 0x4f, 1, 0, 0x60, 0, 1, 0x7f]
    const { functions } = scan(section(1, 1, ...group), section(3, 1, 1), section(7, 1, 1, 0x61, 0, 0))
    expect(functions.get('a')).toStrictEqual({ params: [], results: ['i32'] })
  })

  it.each([
    [
      'a structure',
      [section(1, 1, 0x5f, 0)],
      'unsupported',
      /garbage-collected types .*; an external runtime/,
    ],
    [
      'an array in a recursive group',
      [section(1, 1, 0x4e, 1, 0x5e, 0x7f, 0)],
      'unsupported',
      /garbage-collected types/,
    ],
    [
      'nine memories',
      [section(5, 9, ...Array<number[]>(9).fill([0, 1]).flat())],
      'unsupported',
      /more than (one|8) memor/,
    ],
    [
      'a shared memory',
      [section(5, 1, 3, 1, 1)],
      'unsupported',
      /^a shared memory is not supported; an external runtime such as wasmtime runs it \(with -W shared-memory\)$/,
    ],
    [
      'pages of their own size',
      [section(5, 1, 8, 1, 0)],
      'unsupported',
      /pages of its own size is not supported; an external runtime such as wasmtime runs it \(with -W custom-page-sizes\)$/,
    ],
    [
      'too large a memory',
      [section(5, 1, 0, ...leb(1025))],
      'memory',
      /asks for 64.063 MiB .* limit is 64 MiB/,
    ],
    [
      'seventeen tables',
      [section(4, 17, ...Array<number[]>(17).fill([0x70, 0, 1]).flat())],
      'unsupported',
      /16 tables/,
    ],
    ['too large a table', [section(4, 1, 0x70, 0, ...leb(1001))], 'memory', /table of 1001 elements/],
    [
      'a table of another kind',
      [section(4, 1, 0x6e, 0, 1)],
      'unsupported',
      /a table of reference .*; an external runtime/,
    ],
    [
      'too many exports',
      [section(7, ...leb(100_001))],
      'unsupported',
      /a section of 100001 entries, at most 100000 are accepted; an external runtime/,
    ],
    ['a count that lies', [section(1, 100, 0x60, 0, 0)], 'binary', /unexpected end/],
    ['a section that goes beyond the end', [[1, 200, 1, 0]], 'binary', /unexpected end/],
    ['a number that has no end', [[1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]], 'binary', /a number is too long/],
    ['a name beyond its section', [section(2, 1, 100, 0x61)], 'binary', /unexpected end/],
    ['an export without a type', [section(7, 1, 1, 0x61, 0, 9)], 'binary', /export "a" has no type/],
    ['an unknown type of value', [section(1, 1, 0x60, 1, 0x01, 0)], 'binary', /unknown value type 0x1/],
  ])('refuses %s', (_what, sections, code, message) => {
    const error: unknown = (() => {
      try {
        return scan(...sections)
      } catch (thrown) {
        return thrown
      }
    })()
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string })
  })

  const wideTable = section(4, 1, 0x70, 4, 1)
  const hasWideTables = WebAssembly.validate(Buffer.from(module(wideTable)))
  it.runIf(!hasWideTables)('C19: refuses a table of 64 bits with the version of Node.js that has one', () => {
    expect(() => scan(wideTable)).toThrow(
      `a table of 64 bits needs Node.js 24 or newer; this is ${process.version}`,
    )
  })

  it.runIf(hasWideTables)('C19: takes a table of 64 bits, within the limit of tables', () => {
    expect([...scan(wideTable, section(7, 1, 1, 0x74, 1, 0)).wide]).toStrictEqual(['t'])
    expect(() => scan(section(4, 1, 0x70, 4, ...leb(1001)))).toThrow(
      /table of 1001 elements, the limit is 1000/,
    )
  })

  it('survives any bytes without hanging or crashing', () => {
    const whole = readFileSync(fixturePath('speak'))
    for (let at = 8; at < whole.length; at += 1) {
      for (const byte of [0x00, 0x7f, 0xff]) {
        const broken = Buffer.from(whole)
        broken[at] = byte
        try {
          scanModule(broken, limits)
        } catch (error) {
          expect(error).toMatchObject({ name: 'ComponentError' })
        }
      }
      try {
        scanModule(whole.subarray(0, at), limits)
      } catch (error) {
        expect(error).toMatchObject({ name: 'ComponentError' })
      }
    }
  })
})
