import { describe, expect, it } from 'vitest'
import { instantiate } from '../../link/instantiate.js'
import { TrapError, trap } from '../../link/abi/trap.js'
import { built, functionOf, prepare, twiceModule } from './harness.js'

describe('a component', () => {
  it('cannot be called by its own parts when they start (C13)', () => {
    expect(() => instantiate(prepare(built('start-reenters')), {})).toThrow(/cannot enter component instance/)
  })

  it.each([
    ['Latin-1', 'caf\u00e9', 4],
    ['UTF-16', '\u20ac', 112],
    ['UTF-16 after Latin-1', 'abc\u20ac', 448],
  ])('is asked for memory as the specification says: text of %s (C15)', (_what, text, sizes) => {
    expect(functionOf(instantiate(prepare(built('compact')), {}), 'sizes')(text)).toBe(sizes)
  })

  it('imports core modules, and nested instances, from the host (C19)', () => {
    const lib = twiceModule()
    const prepared = prepare(built('more-imports'))
    const outer = { inner: { addOne: (n: number) => n + 1 } }
    expect(functionOf(instantiate(prepared, { lib, outer }), 'run')(20)).toBe(41)
    expect(() => instantiate(prepared, { outer })).toThrow(/does not provide: the core module "lib"/)
    expect(() => instantiate(prepared, { lib })).toThrow(/does not provide: "outer\/inner#add-one"/)
  })

  it('may have core modules with several memories, where V8 supports them (C19)', () => {
    const echo = () => functionOf(instantiate(prepare(built('memories')), {}), 'echo')('größer')
    if (Number(process.versions.node.split('.')[0]) >= 22) expect(echo()).toBe('größer')
    else expect(echo).toThrow(/more than one memory in a module needs Node\.js 22 or newer; this is v/)
  })
})

describe('a trap', () => {
  it("is the linker's own error, with a code", () => {
    const thrown = (() => {
      try {
        return trap('why')
      } catch (error) {
        return error
      }
    })()
    expect(thrown).toBeInstanceOf(TrapError)
    expect(thrown).toBeInstanceOf(WebAssembly.RuntimeError)
    expect(thrown).toMatchObject({ code: 'trap', message: 'why' })
  })

  it('cannot be caught by a guest, unlike a JavaScript exception', () => {
    // (module (import "" "f" (func)) (func (export "g") (result i32)
    //   try (result i32) call 0 i32.const 0 catch_all i32.const 1 end))
    const module = new WebAssembly.Module(
      Uint8Array.of(
        ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
        ...[0x01, 0x08, 0x02, 0x60, 0x00, 0x00, 0x60, 0x00, 0x01, 0x7f],
        ...[0x02, 0x06, 0x01, 0x00, 0x01, 0x66, 0x00, 0x00, 0x03, 0x02, 0x01, 0x01],
        ...[0x07, 0x05, 0x01, 0x01, 0x67, 0x00, 0x01],
        ...[0x0a, 0x0e, 0x01, 0x0c, 0x00, 0x06, 0x7f, 0x10, 0x00, 0x41, 0x00, 0x19, 0x41, 0x01, 0x0b, 0x0b],
      ),
    )
    const guestWith = (f: () => void): unknown => {
      const { g } = new WebAssembly.Instance(module, { '': { f } }).exports
      return typeof g === 'function' ? Reflect.apply(g, undefined, []) : undefined
    }
    const throwing = () => {
      throw new WebAssembly.RuntimeError('caught')
    }
    expect(guestWith(throwing)).toBe(1)
    expect(() => guestWith(() => trap('not caught'))).toThrow(/^not caught$/)
  })
})
