import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ComponentError } from '../../error.js'
import { describeModule } from '../../wasm/describe-module.js'
import { component, core, fixture, name, type Part, section, vec } from '../binary/encode.js'

const PLAIN = { min: 1, max: undefined, shared: false, wide: false, pageBytes: undefined }
const I32 = 0x7f

it('a module of one function', () => {
  expect(describeModule(fixture('add'))).toMatchObject({
    imports: [],
    exports: [
      { name: 'add', item: { kind: 'function', signature: { params: ['i32', 'i32'], results: ['i32'] } } },
    ],
    memories: [],
    tables: [],
  })
})

it('agrees with the engine on imports and exports of every fixture', () => {
  for (const fixtureName of [
    'args-env',
    'files',
    'numbers',
    'speak',
    'ticker',
    'wasi-raw',
    'unknown-import',
  ]) {
    const bytes = Uint8Array.from(fixture(fixtureName))
    const { imports, exports } = describeModule(bytes)
    const module = new WebAssembly.Module(bytes)
    expect(
      imports.map((each) => ({ module: each.module, name: each.name, kind: each.item.kind })),
    ).toStrictEqual(WebAssembly.Module.imports(module))
    expect(exports.map((each) => ({ name: each.name, kind: each.item.kind }))).toStrictEqual(
      WebAssembly.Module.exports(module),
    )
  }
})

it('imports come first in their index spaces', () => {
  const bytes = core(
    section(1, vec([0x60, vec(), vec()], [0x60, vec(I32), vec(I32, 0x7e)])),
    section(
      2,
      vec(
        [name('m'), name('f'), 0x00, 1],
        [name('m'), name('t'), 0x01, 0x70, 0x01, 1, 9],
        [name('m'), name('memory'), 0x02, 0x03, 1, 2],
        [name('m'), name('g'), 0x03, 0x7c, 0x01],
        [name('m'), name('e'), 0x04, 0x00, 0],
      ),
    ),
    section(3, vec(0)),
    section(4, vec([0x6f, 0x00, 1], [0x40, 0x00, 0x70, 0x00, 1, 0xd0, 0x70, 0x0b])),
    section(5, vec([0x04, 1])),
    section(
      6,
      vec([I32, 0x00, 0x41, 0x80, 0x7f, 0x41, 0x01, 0x6a, 0x0b], [0x63, 0x6e, 0x00, 0xd0, 0x6e, 0x0b]),
    ),
    section(
      7,
      vec([name('f'), 0, 0], [name('g'), 0, 1], [name('m'), 2, 1], [name('n'), 3, 1], [name('e'), 4, 0]),
    ),
    section(0, name('notes'), 1, 2, 3),
  )
  const signature = { params: ['i32'], results: ['i32', 'i64'] }
  const wide = { ...PLAIN, wide: true }
  expect(describeModule(bytes)).toStrictEqual({
    imports: [
      { module: 'm', name: 'f', item: { kind: 'function', signature } },
      { module: 'm', name: 't', item: { kind: 'table', element: 'funcref', limits: { ...PLAIN, max: 9 } } },
      { module: 'm', name: 'memory', item: { kind: 'memory', limits: { ...PLAIN, max: 2, shared: true } } },
      { module: 'm', name: 'g', item: { kind: 'global', type: 'f64', mutable: true } },
      { module: 'm', name: 'e', item: { kind: 'tag', signature: { params: [], results: [] } } },
    ],
    exports: [
      { name: 'f', item: { kind: 'function', signature } },
      { name: 'g', item: { kind: 'function', signature: { params: [], results: [] } } },
      { name: 'm', item: { kind: 'memory', limits: wide } },
      { name: 'n', item: { kind: 'global', type: 'i32', mutable: false } },
      { name: 'e', item: { kind: 'tag', signature: { params: [], results: [] } } },
    ],
    memories: [{ ...PLAIN, max: 2, shared: true }, wide],
    tables: [
      { element: 'funcref', limits: { ...PLAIN, max: 9 } },
      { element: 'externref', limits: PLAIN },
      { element: 'funcref', limits: PLAIN },
    ],
    customSections: ['notes'],
  })
})

it('skips types that are not function types', () => {
  const group: Part = [0x4e, vec([0x5f, vec([0x78, 0x01], [I32, 0x00])], [0x50, vec(0), 0x5e, 0x77, 0x01])]
  const bytes = core(
    section(1, vec(group, [0x60, vec(), vec(I32)])),
    section(3, vec(2)),
    section(7, vec([name('f'), 0, 0])),
  )
  expect(describeModule(bytes).exports).toStrictEqual([
    { name: 'f', item: { kind: 'function', signature: { params: [], results: ['i32'] } } },
  ])
})

describe('what is refused', () => {
  it.each<[string, Uint8Array, string]>([
    ['text', Buffer.from('hello there'), 'not a WebAssembly binary: it does not begin with \\0asm'],
    ['a component', component(), 'expected a core module, found a component'],
    [
      'an unknown version',
      Uint8Array.from([0, 0x61, 0x73, 0x6d, 9, 0, 0, 0]),
      'not a WebAssembly binary of version 1 or a component: version field 0x9',
    ],
    [
      'a type that is not there',
      core(section(3, vec(4))),
      'malformed WebAssembly binary: there is no type 4 at byte 12',
    ],
    [
      'an export of what is not there',
      core(section(7, vec([name('f'), 0, 7]))),
      'malformed WebAssembly binary: an export of item 7 of kind 0, which does not exist, at byte 15',
    ],
    [
      'a count that cannot be true',
      core(section(3, [0xff, 0xff, 0x03])),
      'malformed WebAssembly binary: a section of 65535 entries in 0 bytes at byte 13',
    ],
    [
      'an instruction that is not constant',
      core(section(6, vec([I32, 0, 0x20, 0x0b]))),
      'malformed WebAssembly binary: unknown constant instruction 0x20 at byte 14',
    ],
  ])('%s', (_, bytes, message) => {
    expect(() => describeModule(bytes)).toThrow(
      expect.objectContaining({ name: 'ComponentError', code: 'binary', message }),
    )
  })

  it('any change of bytes succeeds or fails with the code `binary`', () => {
    const original = fixture('numbers')
    const changes = fc.array(
      fc.tuple(fc.nat({ max: original.length - 1 }), fc.integer({ min: 0, max: 255 })),
      {
        minLength: 1,
        maxLength: 4,
      },
    )
    fc.assert(
      fc.property(changes, (list) => {
        const bytes = Uint8Array.from(original)
        for (const [at, byte] of list) bytes[at] = byte
        try {
          describeModule(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(ComponentError)
        }
      }),
      { numRuns: 500 },
    )
  })
})
