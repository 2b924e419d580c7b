import { parse } from '@bytecodealliance/jco-transpile/wasm-tools'
import type { Binary } from '../../../src/model/binary.js'
import { toBinary } from '../embedded/harness.js'

/** A core module from its text, with all proposals enabled. */
export const core = async (text: string): Promise<Binary> => toBinary(await parse(`(module ${text})`))

/** A component whose `run` is that of this module, with `more` further instances of it. */
export const component = async (text: string, more = 0): Promise<Binary> =>
  toBinary(
    await parse(`(component
      (core module $m ${text})
      ${'(core instance (instantiate $m))'.repeat(more)}
      (core instance $i (instantiate $m))
      (func (export "run") (canon lift (core func $i "run"))))`),
  )

const leb = (value: number): number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)]
const section = (id: number, content: Uint8Array): Buffer =>
  Buffer.concat([Uint8Array.of(id, ...leb(content.length)), content])

const RESULTS = 1000
const JUMPS = 100_000
const FUNCTIONS = 16
const [I32, BLOCK, BR_IF, END, DROP, LOCAL_GET] = [0x7f, 0x02, 0x0d, 0x0b, 0x1a, 0x20]

/**
 * 6 MB that take the compiler half a minute: each conditional jump leaves a block with 1000 results, which are checked
 * and moved each time.
 */
export function compilerBomb(): Binary {
  const types = Uint8Array.of(2, 0x60, 0, 0, 0x60, 0, ...leb(RESULTS), ...Array<number>(RESULTS).fill(I32))
  const repeat = (times: number, ...bytes: number[]) => Buffer.alloc(times * bytes.length, Buffer.from(bytes))
  const body = Buffer.concat([
    Uint8Array.of(1, 1, I32, BLOCK, 1),
    repeat(RESULTS, LOCAL_GET, 0),
    repeat(JUMPS, LOCAL_GET, 0, BR_IF, 0),
    Uint8Array.of(END),
    repeat(RESULTS, DROP),
    Uint8Array.of(END),
  ])
  const entry = Buffer.concat([Uint8Array.from(leb(body.length)), body])
  const code = Buffer.concat([Uint8Array.from(leb(FUNCTIONS)), ...Array<Buffer>(FUNCTIONS).fill(entry)])
  return toBinary(
    Buffer.concat([
      Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0),
      section(1, types),
      section(3, Uint8Array.of(...leb(FUNCTIONS), ...Array<number>(FUNCTIONS).fill(0))),
      section(7, Uint8Array.of(1, 3, ...Buffer.from('run'), 0, 0)),
      section(10, code),
    ]),
  )
}
