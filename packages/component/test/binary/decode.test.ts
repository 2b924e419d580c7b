import { describe, expect, it } from 'vitest'
import { definitionOf, type Definition, type Scope, type Sort } from '../../binary/ast.js'
import { decodeComponent } from '../../binary/decode.js'
import { ComponentError } from '../../error.js'
import { COMPONENTS, component, componentFixture, section } from './encode.js'

const aNumber: unknown = expect.any(Number)

const kinds = decodeComponent(componentFixture('kinds'))

const of = <K extends Definition['kind']>(scope: Scope, kind: K) =>
  scope.definitions.filter(
    (definition): definition is Extract<Definition, { kind: K }> => definition.kind === kind,
  )

const sizes = (scope: Scope) =>
  Object.fromEntries([...scope.spaces].map(([sort, space]) => [sort, space.length]))

const at = (sort: Sort, index: number) => definitionOf(kinds.root, { sort, index })

it('an empty component has no items', () => {
  expect(decodeComponent(component()).root).toStrictEqual({
    start: 0,
    end: 8,
    customSections: [],
    definitions: [],
    spaces: new Map(),
  })
})

describe('a component of every kind of definition', () => {
  it('has every index space', () => {
    expect(sizes(kinds.root)).toStrictEqual({
      'core-type': 3,
      'core-module': 3,
      'core-instance': 3,
      'core-memory': 1,
      'core-table': 1,
      'core-global': 1,
      'core-func': aNumber,
      type: aNumber,
      instance: 6,
      func: 7,
      component: 3,
    })
  })

  it('gives core modules as ranges of the file, which compile', () => {
    const [main] = of(kinds.root, 'core-module')
    const bytes = Uint8Array.from(kinds.bytes.subarray(main?.start, main?.end))
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes))
    expect(Object.keys(instance.exports)).toContain('cabi_post_text')
  })

  it('resolves core items to the exports of instances', () => {
    expect(at('core-memory', 0)).toMatchObject({ kind: 'alias-core-export', instance: 0, name: 'memory' })
    expect(at('core-table', 0)).toMatchObject({ kind: 'alias-core-export', instance: 0, name: 'table' })
    expect(at('core-global', 0)).toMatchObject({ kind: 'alias-core-export', instance: 0, name: 'top' })
    expect(at('core-instance', 0)).toMatchObject({ kind: 'core-instantiate', module: 0, args: [] })
    expect(at('core-instance', 1)).toMatchObject({
      kind: 'core-bundle',
      exports: [
        { name: 'memory', sort: 'core-memory', index: 0 },
        { name: 'one', sort: 'core-func', index: aNumber },
      ],
    })
  })

  it('reads core types, also those of modules', () => {
    expect(at('core-type', 1)).toMatchObject({
      type: { kind: 'func', params: ['i32', 'i64', 'f32', 'f64'], results: ['i32'] },
    })
    const limits = { min: 1, max: undefined, shared: false, wide: false, pageBytes: undefined }
    expect(at('core-type', 2)).toMatchObject({
      type: {
        kind: 'module',
        types: [{ kind: 'func', params: ['i32', 'i64', 'f32', 'f64'], results: ['i32'] }],
        imports: [
          { module: 'host', name: 'call', description: { kind: 'func', type: 0 } },
          { module: 'host', name: 'memory', description: { kind: 'memory', limits: { ...limits, max: 2 } } },
          { module: 'host', name: 'table', description: { kind: 'table', element: 'funcref', limits } },
          { module: 'host', name: 'global', description: { kind: 'global', type: 'i32', mutable: true } },
        ],
        exports: [{ name: 'run', description: { kind: 'func', type: 0 } }],
      },
    })
  })

  it('reads lifts, lowers and resources with their options', () => {
    const named = (definition: Definition | undefined) =>
      definition?.kind === 'alias-core-export' ? definition.name : definition?.kind
    const [plain, reader] = of(kinds.root, 'lift')
    expect(plain?.options).toStrictEqual({
      stringEncoding: 'utf8',
      memory: undefined,
      realloc: undefined,
      postReturn: undefined,
      async: false,
      callback: undefined,
    })
    expect(reader?.options).toMatchObject({ stringEncoding: 'latin1+utf16', memory: 0 })
    expect(named(at('core-func', reader?.options.postReturn ?? -1))).toBe('cabi_post_text')
    expect(named(at('core-func', reader?.options.realloc ?? -1))).toBe('cabi_realloc')
    const [lower] = of(kinds.root, 'lower')
    expect(lower?.options).toMatchObject({ stringEncoding: 'utf16', memory: 0 })
    expect(at('func', lower?.func ?? -1)).toMatchObject({ kind: 'import', name: { text: 'text' } })
    for (const kind of ['resource-new', 'resource-rep', 'resource-drop'] as const) {
      expect(of(kinds.root, kind)).toHaveLength(1)
    }
    const resource = of(kinds.root, 'type').find(({ type }) => type.kind === 'resource')?.type
    expect(resource?.kind === 'resource' && named(at('core-func', resource.destructor ?? -1))).toBe('drop')
  })

  it('reads nested components, what is passed to them, and aliases of what is outside', () => {
    const [inner] = of(kinds.root, 'component')
    if (inner === undefined) throw new Error('no nested component')
    expect(sizes(inner.component)).toMatchObject({ func: 2 })
    expect(of(inner.component, 'alias-outer')).toMatchObject([{ sort: 'type', depth: 1 }])
    const instance = of(inner.component, 'type').find(({ type }) => type.kind === 'instance')?.type
    if (instance?.kind !== 'instance') throw new Error('no instance type')
    expect(of(instance.scope, 'alias-outer')).toMatchObject([{ sort: 'type', depth: 1 }])
    expect(of(instance.scope, 'export-declaration')).toMatchObject([
      { name: { text: 'p' }, description: { kind: 'type-equal', type: 0 } },
    ])
    expect(of(kinds.root, 'instantiate')).toMatchObject([
      {
        component: 1,
        args: [
          { name: 'f', sort: 'func' },
          { name: 't', sort: 'type' },
        ],
      },
    ])
    expect(of(kinds.root, 'bundle')).toMatchObject([
      {
        exports: [
          { name: 'lifted', sort: 'func' },
          { name: 'flags', sort: 'type' },
        ],
      },
    ])
  })

  it('reads imports and exports', () => {
    expect(
      of(kinds.root, 'import').map(({ name, description }) => [name.text, description.kind]),
    ).toStrictEqual([
      ['wasi:cli/run@0.2.0', 'instance'],
      ['streams', 'instance'],
      ['text', 'func'],
      ['plugin', 'core-module'],
      ['inner', 'component'],
    ])
    expect(of(kinds.root, 'export').map(({ name, sort }) => [name.text, sort])).toContainEqual([
      'main-module',
      'core-module',
    ])
  })
})

it('recognises every built-in function of WASI 0.3', () => {
  const { root, usesAsync } = decodeComponent(componentFixture('async'))
  expect(usesAsync).toBe(true)
  expect(of(root, 'async-builtin').map(({ name }) => name)).toStrictEqual([
    'task.return',
    'task.return',
    'task.cancel',
    'context.get',
    'context.set',
    'thread.yield',
    'subtask.drop',
    'subtask.cancel',
    'stream.new',
    'stream.read',
    'stream.write',
    'stream.cancel-read',
    'stream.cancel-write',
    'stream.drop-readable',
    'stream.drop-writable',
    'future.new',
    'future.read',
    'future.write',
    'future.cancel-read',
    'future.cancel-write',
    'future.drop-readable',
    'future.drop-writable',
    'error-context.new',
    'error-context.debug-message',
    'error-context.drop',
    'waitable-set.new',
    'waitable-set.wait',
    'waitable-set.poll',
    'waitable-set.drop',
    'waitable.join',
    'backpressure.inc',
    'backpressure.dec',
  ])
  expect(of(root, 'async-builtin').find(({ name }) => name === 'subtask.cancel')).toMatchObject({
    flag: true,
  })
  expect(of(root, 'lift')).toMatchObject([{ options: { async: true, callback: aNumber } }])
})

it.each(COMPONENTS.filter((name) => name !== 'async'))('%s needs nothing of WASI 0.3', (name) => {
  expect(decodeComponent(componentFixture(name)).usesAsync).toBe(false)
})

it('does not parse core modules: 15 MB take some milliseconds', () => {
  const module = Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...[0, 0x80, 0x80, 0x80, 0x08]])
  const padded = new Uint8Array(module.length + 16 * 1024 * 1024)
  padded.set(module)
  const header = component(section(0, [1, 0x61]))
  const size = [0x8d, 0x80, 0x80, 0x08]
  const bytes = Buffer.concat([header, Uint8Array.from([1, ...size]), padded])
  const startedAt = performance.now()
  const { root } = decodeComponent(bytes)
  expect(performance.now() - startedAt).toBeLessThan(250)
  expect(root.definitions).toMatchObject([{ kind: 'core-module', end: bytes.length }])
  expect(root.customSections).toStrictEqual(['a'])
})

it('an error names the offset and has the code `binary`', () => {
  const bytes = component(section(13))
  const failure = (() => {
    try {
      return decodeComponent(bytes)
    } catch (error) {
      return error
    }
  })()
  expect(failure).toBeInstanceOf(ComponentError)
  expect(failure).toMatchObject({
    code: 'binary',
    offset: 8,
    message: 'malformed component: unknown section 13 at byte 8',
  })
})
