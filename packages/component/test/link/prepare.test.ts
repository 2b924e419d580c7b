import { describe, expect, it } from 'vitest'
import { instantiate } from '../../link/instantiate.js'
import { component, core, name, nested, section, types, u32, vec, type Part } from '../binary/encode.js'
import { hasJspi, NEEDS_JSPI } from './async/jspi.js'
import { built, prepare } from './harness.js'

const coreModule = (...sections: readonly Part[]): Part => section(1, [...core(...sections)])
const memoryOf = (pages: number): Part => section(5, vec([0, u32(pages)]))
const instantiateCore = (module: number, ...args: readonly Part[]): Part =>
  section(2, vec([0x00, u32(module), vec(...args)]))
/** Makes component `index` of the enclosing scope component 0. */
const outerComponent = (index: number): Part => section(6, vec([0x04, 0x02, 1, u32(index)]))
const instantiateFirst = section(5, vec([0x00, 0, vec()]))

/** Contains a component with a large type many times. */
const crowd = (cases: number, times: number): Uint8Array<ArrayBuffer> => {
  const large = types([0x6d, vec(...Array.from({ length: cases }, (_, index) => name(`c${index}`)))])
  const instances = Array.from({ length: times }, () => [0x00, 0, vec()])
  return new Uint8Array(component(section(4, nested(large)), section(5, vec(...instances))))
}

/** Each component instantiates the previous one several times; the last one is instantiated. */
const tower = (height: number, times: number): Uint8Array<ArrayBuffer> => {
  const floors = Array.from({ length: height }, (_, index) =>
    section(
      4,
      index === 0
        ? nested()
        : nested(outerComponent(index - 1), ...Array.from({ length: times }, () => instantiateFirst)),
    ),
  )
  return new Uint8Array(component(...floors, section(5, vec([0x00, u32(height - 1), vec()]))))
}

const withTwo = (pages: number): Uint8Array<ArrayBuffer> =>
  new Uint8Array(component(coreModule(memoryOf(pages)), instantiateCore(0), instantiateCore(0)))

describe('before anything runs, refuses', () => {
  it.each<[string, Uint8Array<ArrayBuffer>, string, RegExp]>([
    [
      'instances without end',
      tower(20, 2),
      'unsupported',
      /more than 1000 instances at byte \d+; an external runtime such as wasmtime may have room for it$/,
    ],
    ['instances that are large', crowd(1000, 600), 'unsupported', /more than 500000 definitions and parts/],
    ['instances that are deep', tower(150, 1), 'unsupported', /nested more than 100 deep/],
    [
      'many memories',
      new Uint8Array(
        component(coreModule(memoryOf(1)), ...Array.from({ length: 9 }, () => instantiateCore(0))),
      ),
      'unsupported',
      /more than 8 memories in a component/,
    ],
    [
      'memories that are large together',
      withTwo(600),
      'memory',
      /asks for 75 MiB of memory, the limit is 64 MiB/,
    ],
    [
      'a memory that is too large by itself',
      withTwo(2000),
      'memory',
      /core module at byte 10 of the component: the module asks for 125 MiB/,
    ],
    [
      'a core module that is broken',
      new Uint8Array(component(coreModule(section(10, [1, 0])), instantiateCore(0))),
      'binary',
      /core module at byte 10 of the component: not a valid WebAssembly module/,
    ],
    [
      'a core module that is not given what it imports',
      new Uint8Array(
        component(coreModule(section(2, vec([name('env'), name('memory'), 0x02, 0, 1]))), instantiateCore(0)),
      ),
      'binary',
      /missing module instantiation argument named `env`/,
    ],
    [
      'a lift of a function of another type',
      new Uint8Array(
        component(
          coreModule(
            section(1, vec([0x60, 0, 0])),
            section(3, vec(0)),
            section(7, vec([name('f'), 0, 0])),
            section(10, vec([2, 0, 0x0b])),
          ),
          instantiateCore(0),
          section(6, vec([0x00, 0x00, 0x01, 0, name('f')])),
          types([0x40, vec(), 0x00, 0x79]),
          section(8, vec([0x00, 0x00, 0, vec(), 0])),
        ),
      ),
      'binary',
      /lowered result types `\[i32\]` do not match result types `\[\]`/,
    ],
    [
      'a component from outside',
      built('kinds'),
      'unsupported',
      /a component that is imported from outside at byte \d+; nest that component in it/,
    ],
  ])('%s', (_what, bytes, code, error) => {
    expect(() => prepare(bytes)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(error) as string }),
    )
  })

  it.runIf(!hasJspi)('WASI 0.3, if guests cannot be suspended', () => {
    expect(() => prepare(built('async'))).toThrow(NEEDS_JSPI)
  })

  it('is small', () => {
    expect(prepare(tower(90, 1)).instances).toBe(91)
    expect(instantiate(prepare(withTwo(500)), {}).exports.size).toBe(0)
  })
})

describe('imports', () => {
  it('that are missing are named, except types', () => {
    const prepared = prepare(built('http'))
    expect(() => instantiate(prepared, {})).toThrow(
      expect.objectContaining({
        code: 'binary',
        message: expect.stringMatching(
          /does not provide: .*"wasi:http\/types@0\.2\.12#\[method\][a-z-]+\.[a-z-]+", .* and \d+ more; an external runtime such as wasmtime may offer it$/,
        ) as string,
      }),
    )
  })

  it('are found by interface without version, and never among the members of Object.prototype', () => {
    const prepared = prepare(built('hostile'))
    expect(() => instantiate(prepared, { tell: 1 })).toThrow(
      /does not provide: "tell"; compose it with a component that exports it$/,
    )
    expect(() => instantiate(prepared, { tell: () => undefined })).not.toThrow()
  })
})
