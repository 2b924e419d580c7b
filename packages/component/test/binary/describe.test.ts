import { describe, expect, it } from 'vitest'
import { decodeComponent } from '../../binary/decode.js'
import { describe as describeComponent } from '../../describe/describe.js'
import type { Item, Items } from '../../describe/description.js'
import type { FunctionType, ValueType } from '../../types.js'
import { component, componentFixture, externName, section, types, vec } from './encode.js'

const fixture = (name: string) => describeComponent(decodeComponent(componentFixture(name)))

const instance = (items: Items, name: string): Items => {
  const item = items.get(name)
  if (item?.kind !== 'instance') throw new Error(`${name} is no instance`)
  return item.exports
}

const functionType = (item: Item | undefined): FunctionType => {
  if (item?.kind !== 'func') throw new Error('no function')
  return item.type
}

const echoed = (items: Items, name: string): ValueType => {
  const { params, result } = functionType(items.get(name))
  expect(params.map((param) => param.name)).toStrictEqual(['v'])
  expect(params[0]?.type).toStrictEqual(result)
  if (result === undefined) throw new Error('no result')
  return result
}

const U8 = { kind: 'u8' } as const
const U32 = { kind: 'u32' } as const
const U64 = { kind: 'u64' } as const
const STRING = { kind: 'string' } as const

describe('what a component is', () => {
  it('a command', () => {
    const { kind, needsAsync, wasi, exports, customSections } = fixture('hello')
    expect(kind).toBe('command')
    expect(needsAsync).toBe(false)
    expect(wasi).toStrictEqual(
      ['cli', 'clocks', 'filesystem', 'io'].map((name) => ({ name: `wasi:${name}`, version: '0.2.12' })),
    )
    expect([...exports.keys()]).toStrictEqual(['wasi:cli/run@0.2.12'])
    expect(customSections).toStrictEqual(['component-name', 'producers'])
  })

  it('an HTTP handler', () => {
    const { kind, exports } = fixture('http')
    expect(kind).toBe('http')
    expect(functionType(instance(exports, 'wasi:http/incoming-handler@0.2.12').get('handle'))).toStrictEqual({
      params: [
        { name: 'request', type: { kind: 'own', resource: 'incoming-request' } },
        { name: 'response-out', type: { kind: 'own', resource: 'response-outparam' } },
      ],
      result: undefined,
      async: false,
    })
  })

  it('a library, though it imports wasi:cli/run, exports a function run, and has both names in its data', () => {
    const { kind, imports, exports } = fixture('kinds')
    expect(kind).toBe('library')
    expect(imports.has('wasi:cli/run@0.2.0')).toBe(true)
    expect(exports.get('run')?.kind).toBe('func')
  })

  it('not a command if wasi:cli/run has no function run', () => {
    const bytes = component(
      section(5, vec([0x01, vec()])),
      section(11, vec([externName('wasi:cli/run@0.2.0'), 0x05, 0, 0])),
    )
    expect(describeComponent(decodeComponent(bytes)).kind).toBe('library')
  })

  it('one that needs WASI 0.3', () => {
    const { needsAsync, wasi, exports } = fixture('async')
    expect(needsAsync).toBe(true)
    expect(wasi).toStrictEqual([{ name: 'wasi:cli', version: '0.3.0' }])
    expect(functionType(exports.get('run'))).toStrictEqual({ params: [], result: U32, async: true })
  })

  it('one that needs WASI 0.3 only for an import', () => {
    const bytes = component(
      types([0x42, vec()]),
      section(10, vec([externName('wasi:clocks/types@0.3.0-rc-2025-09-16'), 0x05, 0])),
    )
    expect(describeComponent(decodeComponent(bytes)).needsAsync).toBe(true)
  })
})

describe('the types of a component', () => {
  const { exports, imports } = fixture('typed')
  const ops = instance(exports, 'local:typed/ops@0.1.0')
  const point: ValueType = {
    kind: 'record',
    fields: [
      { name: 'x', type: { kind: 's32' } },
      { name: 'y', type: { kind: 'f64' } },
      { name: 'label', type: STRING },
    ],
  }
  const nestedOption: ValueType = { kind: 'option', some: { kind: 'option', some: STRING } }
  const numbers = ['u8', 's8', 'u16', 's16', 'u32', 's32', 'u64', 's64', 'f32', 'f64'] as const

  it.each<[string, ValueType]>([
    ...(['bool', 'char', 'string', ...numbers] as const).map((kind): [string, ValueType] => [
      `echo-${kind}`,
      { kind },
    ]),
    ['echo-bytes', { kind: 'list', element: U8 }],
    ['echo-strings', { kind: 'list', element: STRING }],
    ['echo-option', { kind: 'option', some: U32 }],
    ['echo-nested-option', nestedOption],
    ['echo-result', { kind: 'result', ok: U32, err: STRING }],
    ['echo-bare-result', { kind: 'result', ok: undefined, err: undefined }],
    ['echo-tuple', { kind: 'tuple', items: [U8, STRING, { kind: 'bool' }] }],
  ])('%s, both bare and of the interface', (name, type) => {
    expect(echoed(exports, name)).toStrictEqual(type)
    expect(echoed(ops, name)).toStrictEqual(type)
  })

  it.each<[string, ValueType]>([
    ['echo-point', point],
    ['echo-points', { kind: 'list', element: point }],
    [
      'echo-shape',
      {
        kind: 'variant',
        cases: [
          { name: 'none', type: undefined },
          { name: 'circle', type: { kind: 'f64' } },
          { name: 'rect', type: { kind: 'tuple', items: [U32, U32] } },
          { name: 'named', type: STRING },
        ],
      },
    ],
    ['echo-color', { kind: 'enum', cases: ['red', 'green', 'blue-green'] }],
    ['echo-perms', { kind: 'flags', names: ['read', 'write', 'exec'] }],
    [
      'echo-wide',
      { kind: 'record', fields: Array.from('abcdefghijklmnopqrst').map((name) => ({ name, type: U64 })) },
    ],
  ])('%s of the interface', (name, type) => {
    expect(echoed(ops, name)).toStrictEqual(type)
  })

  it('types of the world itself are imports', () => {
    const pair: ValueType = {
      kind: 'record',
      fields: [
        { name: 'left', type: STRING },
        { name: 'right', type: { kind: 'option', some: U64 } },
      ],
    }
    expect(imports.get('pair')).toStrictEqual({ kind: 'type', type: { kind: 'value', type: pair } })
    expect(echoed(exports, 'echo-pair')).toStrictEqual(pair)
  })

  it('functions without parameters, without results', () => {
    expect(functionType(exports.get('nothing'))).toStrictEqual({
      params: [],
      result: undefined,
      async: false,
    })
    expect(functionType(exports.get('add'))).toStrictEqual({
      params: [
        { name: 'a', type: U32 },
        { name: 'b', type: U32 },
      ],
      result: U32,
      async: false,
    })
  })

  it('resources go by name, also those from another interface', () => {
    const files = instance(fixture('hello').imports, 'wasi:filesystem/types@0.2.12')
    expect(files.get('input-stream')).toStrictEqual({
      kind: 'type',
      type: { kind: 'resource', name: 'input-stream' },
    })
    const errorCode = files.get('error-code')
    expect(functionType(files.get('[method]descriptor.read-via-stream'))).toStrictEqual({
      params: [
        { name: 'self', type: { kind: 'borrow', resource: 'descriptor' } },
        { name: 'offset', type: U64 },
      ],
      result: {
        kind: 'result',
        ok: { kind: 'own', resource: 'input-stream' },
        err: errorCode?.kind === 'type' && errorCode.type.kind === 'value' ? errorCode.type.type : 'no type',
      },
      async: false,
    })
  })

  it('everything else that can be imported or exported', () => {
    const kinds = fixture('kinds')
    expect(kinds.exports.get('main-module')).toStrictEqual({ kind: 'core-module' })
    expect(kinds.exports.get('cell')).toStrictEqual({
      kind: 'type',
      type: { kind: 'resource', name: 'cell' },
    })
    expect(kinds.exports.get('fixed')).toStrictEqual({
      kind: 'type',
      type: { kind: 'value', type: { kind: 'list', element: U8, length: 4 } },
    })
    const inner = kinds.imports.get('inner')
    if (inner?.kind !== 'component') throw new Error('no component')
    expect(functionType(inner.imports.get('call')).params).toStrictEqual([{ name: 'a', type: U32 }])
    expect(functionType(inner.exports.get('answer')).result).toStrictEqual(U32)
    expect(functionType(instance(kinds.exports, 'nested').get('f')).result).toStrictEqual(U32)
  })
})
