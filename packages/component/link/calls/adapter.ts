import type { AddressType, FlatType } from '../../wasm/value-types.js'

/** The types of a core function. */
export type CoreSignature = { readonly params: readonly FlatType[]; readonly results: readonly FlatType[] }

const TYPES: Readonly<Record<FlatType, number>> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c }
const SECTION = { type: 1, import: 2, function: 3, export: 7, code: 10 } as const
const FUNCTION = 0x00
const TABLE = 0x01
const FUNCREF = 0x70
const WIDE = 0x04
const OP = { call: 0x10, callIndirect: 0x11, localGet: 0x20, tableGet: 0x25, refTest: [0xfb, 0x14] } as const
const IF = 0x04
const ELSE = 0x05
const END = 0x0b
const EMPTY_BLOCK = 0x40

type Import = { readonly name: string; readonly description: readonly number[] }
type Func = { readonly name: string; readonly type: number; readonly code: readonly number[] }

/**
 * Calls a guest function and reports its end before JavaScript continues; the promise of JSPI would settle a microtask later.
 * `run` calls `func` and passes its result to `done`.
 */
export const enteringModule = ({ params, results }: CoreSignature): WebAssembly.Module =>
  assemble(
    [
      { params, results },
      { params: results, results: [] },
      { params, results: [] },
    ],
    [func('func', 0), func('done', 1)],
    [{ name: 'run', type: 2, code: [...allOf(params), OP.call, 0, OP.call, 1] }],
  )

/**
 * A function for guests that suspends only if necessary: `run` calls `begin`, and then `wait`, which suspends the guest, or
 * `take`. So it can also be called where the guest cannot be suspended.
 */
export const waitingModule = ({ params, results }: CoreSignature): WebAssembly.Module =>
  assemble(
    [
      { params, results: ['i32'] },
      { params: [], results },
      { params, results },
    ],
    [func('begin', 0), func('take', 1), func('wait', 1)],
    [
      {
        name: 'run',
        type: 2,
        code: [
          ...[...allOf(params), OP.call, 0],
          ...[IF, blockOf(results), OP.call, 2, ELSE, OP.call, 1, END],
        ],
      },
    ],
  )

/** Starts a thread in a function of `table`: `run` calls the function at an index, `fits` checks its type. */
export const threadModule = (index: AddressType, argument: FlatType): WebAssembly.Module =>
  assemble(
    [
      { params: [argument], results: [] },
      { params: [], results: [] },
      { params: [index, argument], results: [] },
      { params: [index], results: ['i32'] },
    ],
    [{ name: 'table', description: [TABLE, FUNCREF, index === 'i64' ? WIDE : 0x00, 0x00] }, func('done', 1)],
    [
      {
        name: 'run',
        type: 2,
        code: [OP.localGet, 1, OP.localGet, 0, OP.callIndirect, 0, 0, OP.call, 0],
      },
      { name: 'fits', type: 3, code: [OP.localGet, 0, OP.tableGet, 0, ...OP.refTest, 0] },
    ],
  )

const func = (name: string, type: number): Import => ({ name, description: [FUNCTION, type] })

const allOf = (params: readonly FlatType[]): number[] => params.flatMap((_, index) => [OP.localGet, index])

const blockOf = ([result]: readonly FlatType[]): number =>
  result === undefined ? EMPTY_BLOCK : TYPES[result]

function assemble(
  types: readonly CoreSignature[],
  imports: readonly Import[],
  funcs: readonly Func[],
): WebAssembly.Module {
  const imported = imports.filter(({ description: [kind] }) => kind === FUNCTION).length
  const body = ({ code }: Func) => sized([0x00, ...code, END])
  return new WebAssembly.Module(
    Uint8Array.of(
      ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
      ...section(SECTION.type, types.map(typeOf)),
      ...section(
        SECTION.import,
        imports.map(({ name, description }) => [...text(''), ...text(name), ...description]),
      ),
      ...section(
        SECTION.function,
        funcs.map(({ type }) => [type]),
      ),
      ...section(
        SECTION.export,
        funcs.map(({ name }, index) => [...text(name), FUNCTION, imported + index]),
      ),
      ...section(SECTION.code, funcs.map(body)),
    ),
  )
}

const typeOf = ({ params, results }: CoreSignature): number[] => [
  ...[0x60, params.length, ...params.map((type) => TYPES[type])],
  ...[results.length, ...results.map((type) => TYPES[type])],
]

const section = (id: number, items: readonly (readonly number[])[]): number[] => [
  id,
  ...sized([items.length, ...items.flat()]),
]

// No part is longer than two LEB128 bytes can express.
const sized = (bytes: readonly number[]): number[] => [
  (bytes.length & 0x7f) | 0x80,
  bytes.length >>> 7,
  ...bytes,
]

const text = (value: string): number[] => [value.length, ...Buffer.from(value)]
