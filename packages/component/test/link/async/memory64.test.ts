import { describe, expect, it } from 'vitest'
import { instantiate } from '../../../link/instantiate.js'
import { built, functionOf, prepare } from '../harness.js'
import { hasJspi, NEEDS_JSPI } from './jspi.js'

/** `(table i64 1 funcref)` */
const hasWideTables = WebAssembly.validate(
  Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x04, 0x04, 0x01, 0x70, 0x04, 0x01),
)
const call = (name: string): Promise<unknown> =>
  Promise.resolve().then(() => functionOf(instantiate(prepare(built('async-memory64')), {}), name)())

describe('C19: built-in functions of WASI 0.3 over memories and tables of 64 bits', () => {
  it.runIf(!hasJspi)('are refused with the version of Node.js that has them', async () => {
    await expect(call('copy')).rejects.toThrow(NEEDS_JSPI)
  })

  describe.runIf(hasJspi && hasWideTables)('where the engine has them', () => {
    it.each<[string, string, unknown]>([
      ['a stream that has to wait', 'blocked', 0xffff_ffffn],
      ['a future that has to wait', 'f-blocked', 0xffff_ffffn],
      ['a stream that is read and written, and its event', 'copy', 272n],
      ['a future that is read and written', 'value', 4242n],
      ['task.return of a string', 'text', 'hello, wide world'],
      ['error contexts', 'message', 'hello'],
      ['context.set and context.get of an i64', 'context', 0x5_ffff_fff0n],
      ['a thread that begins in a table of 64 bits', 'thread', 0x1_0000_0007n],
    ])('pass values: %s', async (_what, name, value) => {
      expect(await call(name)).toStrictEqual(value)
    })

    it.each<[string, RegExp]>([
      ['far', /out-of-bounds: 1 bytes at 0x100000000/],
      ['long', /count too large/],
      ['no-thread', /table index is out of bounds/],
    ])('trap beyond the bounds: %s', async (name, error) => {
      await expect(call(name)).rejects.toThrow(error)
    })
  })
})
