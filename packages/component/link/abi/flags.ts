import { camelCase } from '../../wave/names.js'
import { mismatch, type Codec } from './codec.js'
import { unsignedAt } from './flat.js'
import { fieldOf } from './sequence.js'

/** An object of at most 32 booleans. */
export function flagsCodec(names: readonly string[]): Codec {
  const keys = names.map(camelCase)
  const size = names.length <= 8 ? 1 : names.length <= 16 ? 2 : 4
  const unpack = (bits: number): Record<string, boolean> => {
    const flags: Record<string, boolean> = {}
    keys.forEach((key, index) => {
      flags[key] = ((bits >>> index) & 1) === 1
    })
    return flags
  }
  const pack = (value: unknown): number =>
    keys.reduce((bits, key, index) => bits | (isSet(fieldOf(value, key)) ? 1 << index : 0), 0)
  return {
    kind: 'flags',
    size,
    align: size,
    flat: ['i32'],
    depth: 1,
    nullable: false,
    load: ({ memory: { view } }, at) =>
      unpack(
        size === 1 ? view.getUint8(at) : size === 2 ? view.getUint16(at, true) : view.getUint32(at, true),
      ),
    store: ({ memory: { view } }, at, value) => {
      if (size === 1) view.setUint8(at, pack(value))
      else if (size === 2) view.setUint16(at, pack(value), true)
      else view.setInt32(at, pack(value), true)
    },
    lift: (_call, flat, from) => unpack(unsignedAt(flat, from)),
    lower: (_call, value, flat, to) => {
      flat[to] = pack(value)
    },
  }
}

const isSet = (flag: unknown): boolean => {
  if (flag !== undefined && typeof flag !== 'boolean') return mismatch('a boolean as a flag', flag)
  return flag === true
}
