import { describe as group, expect, it } from 'vitest'
import { decodeComponent } from '../../binary/decode.js'
import { ComponentError } from '../../error.js'
import { checkTypes, validateComponent } from '../../check/check.js'
import { compileModule } from '../../wasm/compile.js'
import { scanModule } from '../../wasm/scan.js'
import {
  BOOL,
  component,
  COMPONENTS,
  componentFixture,
  core,
  exportType,
  index33,
  externName,
  instanceType,
  name,
  nested,
  record,
  section,
  sized,
  tuple,
  types,
  u32,
  U32,
  vec,
  type Part,
} from '../binary/encode.js'

const limits = { memoryMaxBytes: 1 << 26, tableMaxElements: 1000 }
const importType = (text: string, index: number): Part => [externName(text), 0x03, 0x00, u32(index)]
const importResource = (text: string): Part => [externName(text), 0x03, 0x01]
const importFunction = (text: string, type: number): Part => [externName(text), 0x01, u32(type)]
const imports = (...items: readonly Part[]): Part => section(10, vec(...items))
const exportsType = (text: string, index: number): Part =>
  section(11, vec([externName(text), 0x03, u32(index), 0x00]))
const func = (params: readonly (readonly [string, Part])[], result?: Part): Part => [
  0x40,
  vec(...params.map(([label, type]) => [name(label), type])),
  result === undefined ? [1, 0] : [0, result],
]
const child = (...sections: readonly Part[]): Part => [0x04, sized(nested(...sections))]
const outerType = (depth: number, index: number): Part =>
  section(6, vec([0x03, 0x02, u32(depth), u32(index)]))
const RESOURCE: Part = [0x3f, 0x7f, 0x00]
const OWN_0: Part = [0x69, 0]

group('C17: the checker of types', () => {
  it.each(COMPONENTS)('accepts the component %s', (fixture) => {
    expect(() => checkTypes(decodeComponent(componentFixture(fixture)))).not.toThrow()
  })

  it.each<[string, Uint8Array, RegExp]>([
    [
      'a name that is not in kebab case',
      component(types(BOOL), imports(importType('aB', 0))),
      /`aB` is not in kebab case/,
    ],
    [
      'a version that is none',
      component(types(BOOL), imports(importType('a:b/c@1.x', 0))),
      /`1\.x` is not a version/,
    ],
    [
      'two names that differ in case only',
      component(types(BOOL), imports(importType('a', 0), importType('A', 0))),
      /import name `A` conflicts with previous name `a`/,
    ],
    [
      'a method of a resource that has no name',
      component(types(func([])), imports(importFunction('[method]a.b', 0))),
      /should have at least one argument/,
    ],
    [
      'an export of a type whose parts have no name',
      component(types(record(['x', U32])), types(tuple(0)), exportsType('t', 1)),
      /type not valid to be used as export/,
    ],
    [
      'an outer alias of a type that mentions a resource',
      component(types(RESOURCE, OWN_0), child(outerType(1, 1))),
      /transitively refers to resources/,
    ],
    [
      'two resource types where one is wanted twice',
      component(
        imports(importResource('t'), importResource('u')),
        child(imports(importResource('a')), imports(importType('b', 0))),
        section(5, vec([0, 0, vec([name('a'), 0x03, 0], [name('b'), 0x03, 1])])),
      ),
      /resource types are not the same/,
    ],
    [
      'an argument of another type',
      component(
        child(types(record(['x', U32])), imports(importType('x', 0))),
        types(record(['x', BOOL])),
        section(5, vec([0, 0, vec([name('x'), 0x03, 0])])),
      ),
      /type mismatch in record field `x`/,
    ],
    [
      'a borrowed handle in a result',
      component(types(RESOURCE, [0x68, 0]), types(func([], 1))),
      /function result cannot contain a `borrow` type/,
    ],
    [
      'a core module that nothing instantiates and that is not valid',
      component(
        section(1, [
          ...core(section(1, vec([0x60, 0, 0])), section(3, vec(0)), section(10, vec([3, 0, 0x6a, 0x0b]))),
        ]),
      ),
      /a core module that is not valid for Node\.js v\d+/,
    ],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => validateComponent(bytes)).toThrow(message)
  })

  it('accepts a type whose parts were exported before', () => {
    const bytes = component(
      types(record(['x', U32])),
      exportsType('x', 0),
      types(tuple(1)),
      exportsType('t', 2),
    )
    expect(() => validateComponent(bytes)).not.toThrow()
  })

  it('leaves the visibility of types of an instance type to where it is used', () => {
    const type = instanceType([0x01, record(['x', U32])], [0x01, tuple(0)], exportType('t', 1))
    expect(() => validateComponent(component(types(type)))).not.toThrow()
    expect(() => validateComponent(component(types(type), imports([externName('i'), 0x05, 0])))).toThrow(
      /instance not valid to be used as import/,
    )
  })
})

group('C18: what was refused though it is valid', () => {
  it('a table with an initializer', () => {
    const bytes = core(section(4, vec([0x40, 0x00, 0x70, 0, 1, 0xd0, 0x70, 0x0b])))
    expect(scanModule(bytes, limits).ownTables).toBe(1)
  })

  it('the attribute external-id of a name', () => {
    const attributed = [0x02, name('a'), vec([0x02, name('some id')])]
    const bytes = component(types(instanceType()), imports([attributed, 0x05, 0]))
    expect(() => validateComponent(bytes)).not.toThrow()
  })
})

group('C20: a module that this Node.js does not take', () => {
  const codeOf = (bytes: Uint8Array<ArrayBuffer>): unknown => {
    try {
      compileModule(bytes, limits)
      return 'taken'
    } catch (error) {
      return error instanceof ComponentError ? [error.code, error.message] : error
    }
  }

  it('is malformed, and the error names the version', () => {
    const bytes = new Uint8Array(
      core(section(1, vec([0x60, 0, 0])), section(3, vec(0)), section(10, vec([3, 0, 0x6a, 0x0b]))),
    )
    expect(codeOf(bytes)).toStrictEqual([
      'binary',
      expect.stringContaining(`not a valid WebAssembly module for Node.js ${process.version}`),
    ])
  })

  // Node.js 22 and newer support all of them.
  const isOlder = Number(process.versions.node.split('.')[0]) < 22
  it.each<[string, Uint8Array<ArrayBuffer>, RegExp]>([
    [
      'extended constant expressions',
      new Uint8Array(core(section(6, vec([0x7f, 0, 0x41, 1, 0x41, 2, 0x6a, 0x0b])))),
      /^a module that uses extended constant expressions needs Node\.js 22 or newer; this is v/,
    ],
    [
      'exceptions as references',
      new Uint8Array(
        core(
          section(1, vec([0x60, 0, 0])),
          section(3, vec(0)),
          section(10, vec([6, 0, 0x1f, 0x40, 0, 0x0b, 0x0b])),
        ),
      ),
      /^a module that uses exceptions as references .* needs Node\.js 24 or newer; this is v/,
    ],
    [
      'typed references',
      new Uint8Array(core(section(1, vec([0x60, vec([0x63, 0x6e]), vec()])), section(3, vec()))),
      /^a module that uses garbage collection .* needs Node\.js 22 or newer; this is v/,
    ],
  ])('names the feature and the version that has it: %s', (_, bytes, message) => {
    expect(codeOf(bytes)).toStrictEqual(isOlder ? ['unsupported', expect.stringMatching(message)] : 'taken')
  })

  it.each<[string, Part, RegExp]>([
    ['two memories', section(5, vec([0, 1], [0, 1])), /uses more than one memory needs Node\.js 22 or newer/],
    [
      'a memory beside one that is imported',
      [section(2, vec([name('a'), name('m'), 0x02, 0, 1])), section(5, vec([0, 2]))],
      /uses more than one memory needs Node\.js 22 or newer/,
    ],
    ['a memory of 64 bits', section(5, vec([4, 1])), /uses memories of 64 bits needs Node\.js 24 or newer/],
    [
      'a table of 64 bits',
      section(4, vec([0x70, 4, 1])),
      /uses tables of 64 bits needs Node\.js 24 or newer/,
    ],
  ])('is refused as unsupported where nothing instantiates it, too: %s', (_what, sections, message) => {
    const bytes = component(section(1, ...core(sections)))
    const check = () => validateComponent(new Uint8Array(bytes))
    if (isOlder)
      expect(check).toThrow(
        expect.objectContaining({ code: 'unsupported', message: expect.stringMatching(message) as string }),
      )
    else expect(check).not.toThrow()
  })
})

group('C28: hostile components', () => {
  const many = (count: number, item: readonly number[]): Uint8Array => {
    const body = new Uint8Array(count * item.length)
    for (let at = 0; at < body.length; at += item.length) body.set(item, at)
    const head = component(section(0, name('x')))
    const length = [0x80 | (count & 0x7f), 0x80 | ((count >> 7) & 0x7f), count >> 14]
    const size = length.length + body.length
    return Uint8Array.from([
      ...head.subarray(0, 8),
      7,
      0x80 | (size & 0x7f),
      0x80 | ((size >> 7) & 0x7f),
      size >> 14,
      ...length,
      ...body,
    ])
  }

  it('of 200,000 types are refused (C28, 14.8), with an error that says so', () => {
    expect(() => decodeComponent(many(200_000, [0x70, 0x7f]))).toThrow(
      /unsupported component: more than 50000 definitions/,
    )
  })

  it('whose types double at each level are not expanded', () => {
    const doubled = Array.from({ length: 90 }, (_, index) => [0x6a, 1, index33(index), 1, index33(index)])
    const bytes = component(types(BOOL, ...doubled), exportsType('t', 90))
    expect(() => checkTypes(decodeComponent(bytes))).toThrow(/types that take more than/)
  })
})
