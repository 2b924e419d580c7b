import type { FlatType } from '../../wasm/value-types.js'
import type { PrimitiveKind } from '../../types.js'
import { RANGE_FORMS, type RangeForm } from './address.js'
import { trap } from './trap.js'
import { mismatch, type Codec } from './codec.js'
import { bigAt, numberAt, unsignedAt } from './flat.js'

export type NumberKind = Exclude<PrimitiveKind, 'bool' | 'char' | 'string' | 'error-context'>

/** A type of one flat value, stored as it is. */
function scalar(
  kind: PrimitiveKind,
  size: number,
  flat: FlatType,
  how: Pick<Codec, 'load' | 'store' | 'lift' | 'lower'>,
): Codec {
  return { kind, size, align: size, flat: [flat], depth: 1, nullable: false, ...how }
}

type SmallKind = Exclude<NumberKind, 's64' | 'u64'>
type Small = {
  readonly size: number
  readonly flat: FlatType
  readonly get: (view: DataView, at: number) => number
  readonly set: (view: DataView, at: number, value: number) => void
  /** Reduces a core value to the bits that count. */
  readonly wrap: (value: number) => number
}

const SMALL: Readonly<Record<SmallKind, Small>> = {
  u8: {
    size: 1,
    flat: 'i32',
    get: (v, at) => v.getUint8(at),
    set: (v, at, x) => v.setUint8(at, x),
    wrap: (x) => x & 0xff,
  },
  s8: {
    size: 1,
    flat: 'i32',
    get: (v, at) => v.getInt8(at),
    set: (v, at, x) => v.setInt8(at, x),
    wrap: (x) => (x << 24) >> 24,
  },
  u16: {
    size: 2,
    flat: 'i32',
    get: (v, at) => v.getUint16(at, true),
    set: (v, at, x) => v.setUint16(at, x, true),
    wrap: (x) => x & 0xffff,
  },
  s16: {
    size: 2,
    flat: 'i32',
    get: (v, at) => v.getInt16(at, true),
    set: (v, at, x) => v.setInt16(at, x, true),
    wrap: (x) => (x << 16) >> 16,
  },
  u32: {
    size: 4,
    flat: 'i32',
    get: (v, at) => v.getUint32(at, true),
    set: (v, at, x) => v.setUint32(at, x, true),
    wrap: (x) => x >>> 0,
  },
  s32: {
    size: 4,
    flat: 'i32',
    get: (v, at) => v.getInt32(at, true),
    set: (v, at, x) => v.setInt32(at, x, true),
    wrap: (x) => x | 0,
  },
  f32: {
    size: 4,
    flat: 'f32',
    get: (v, at) => v.getFloat32(at, true),
    set: (v, at, x) => v.setFloat32(at, x, true),
    wrap: (x) => x,
  },
  f64: {
    size: 8,
    flat: 'f64',
    get: (v, at) => v.getFloat64(at, true),
    set: (v, at, x) => v.setFloat64(at, x, true),
    wrap: (x) => x,
  },
}

function smallCodec(kind: SmallKind): Codec {
  const { size, flat: flatType, get, set, wrap } = SMALL[kind]
  const numberOf = (value: unknown) =>
    typeof value === 'number' ? value : mismatch(`a number (${kind})`, value)
  return scalar(kind, size, flatType, {
    load: (call, at) => get(call.memory.view, at),
    store: (call, at, value) => set(call.memory.view, at, numberOf(value)),
    lift: (_call, flat, from) => wrap(numberAt(flat, from)),
    lower: (_call, value, flat, to) => {
      flat[to] = wrap(numberOf(value))
    },
  })
}

function bigCodec(kind: 's64' | 'u64'): Codec {
  const isSigned = kind === 's64'
  const wrap = (value: bigint) => (isSigned ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value))
  const bigOf = (value: unknown) =>
    typeof value === 'bigint' ? value : mismatch(`a bigint (${kind})`, value)
  return scalar(kind, 8, 'i64', {
    load: (call, at) =>
      isSigned ? call.memory.view.getBigInt64(at, true) : call.memory.view.getBigUint64(at, true),
    store: (call, at, value) => call.memory.view.setBigInt64(at, bigOf(value), true),
    lift: (_call, flat, from) => wrap(bigAt(flat, from)),
    lower: (_call, value, flat, to) => {
      flat[to] = bigOf(value)
    },
  })
}

const bool = (): Codec => {
  const bitOf = (value: unknown) =>
    typeof value === 'boolean' ? Number(value) : mismatch('a boolean (bool)', value)
  return scalar('bool', 1, 'i32', {
    load: (call, at) => call.memory.view.getUint8(at) !== 0,
    store: (call, at, value) => call.memory.view.setUint8(at, bitOf(value)),
    lift: (_call, flat, from) => numberAt(flat, from) !== 0,
    lower: (_call, value, flat, to) => {
      flat[to] = bitOf(value)
    },
  })
}

const char = (): Codec =>
  scalar('char', 4, 'i32', {
    load: (call, at) => charOf(call.memory.view.getUint32(at, true)),
    store: (call, at, value) => call.memory.view.setUint32(at, codeOf(value), true),
    lift: (_call, flat, from) => charOf(unsignedAt(flat, from)),
    lower: (_call, value, flat, to) => {
      flat[to] = codeOf(value)
    },
  })

const isSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdfff

const charOf = (code: number): string =>
  code > 0x10ffff || isSurrogate(code)
    ? trap(`invalid \`char\` bit pattern 0x${code.toString(16)}`)
    : String.fromCodePoint(code)

const codeOf = (value: unknown): number => {
  const code = typeof value === 'string' ? value.codePointAt(0) : undefined
  if (code === undefined || isSurrogate(code) || String.fromCodePoint(code) !== value)
    return mismatch('a string of one character (char)', value)
  return code
}

const string = (form: RangeForm): Codec => ({
  kind: 'string',
  size: 2 * form.bytes,
  align: form.bytes,
  flat: [form.type, form.type],
  depth: 1,
  nullable: false,
  load: (call, at) => {
    const { pointer, length } = form.load(call.memory.view, at)
    return call.strings.load(call, pointer, length)
  },
  store: (call, at, value) => {
    const range = call.strings.store(call, textOf(value))
    form.store(call.memory.view, at, range)
  },
  lift: (call, flat, from) => {
    const { pointer, length } = form.lift(flat, from)
    return call.strings.load(call, pointer, length)
  },
  lower: (call, value, flat, to) => form.lower(call.strings.store(call, textOf(value)), flat, to),
})

const textOf = (value: unknown): string => (typeof value === 'string' ? value : mismatch('a string', value))

/**
 * Error contexts are handles.
 * @param form how the position of a string is passed
 */
export function primitiveCodec(
  kind: Exclude<PrimitiveKind, 'error-context'>,
  form: RangeForm = RANGE_FORMS.i32,
): Codec {
  switch (kind) {
    case 'bool':
      return bool()
    case 'char':
      return char()
    case 'string':
      return string(form)
    case 's64':
    case 'u64':
      return bigCodec(kind)
    case 's8':
    case 'u8':
    case 's16':
    case 'u16':
    case 's32':
    case 'u32':
    case 'f32':
    case 'f64':
      return smallCodec(kind)
  }
}
