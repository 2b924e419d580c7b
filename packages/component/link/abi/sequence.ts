import { camelCase } from '../../wave/names.js'
import { alignTo, mismatch, type Codec } from './codec.js'
import { concatFlat } from './flat.js'

type Member = { readonly codec: Codec; readonly offset: number; readonly flatOffset: number }

/** Computes the offsets of members in memory. */
function layout(codecs: readonly Codec[]) {
  let size = 0
  let flatOffset = 0
  const members: Member[] = []
  for (const codec of codecs) {
    const offset = alignTo(size, codec.align)
    members.push({ codec, offset, flatOffset })
    size = offset + codec.size
    flatOffset += codec.flat?.length ?? 0
  }
  const align = codecs.reduce((most, codec) => Math.max(most, codec.align), 1)
  return {
    members,
    size: alignTo(size, align),
    align,
    flat: concatFlat(codecs.map((codec) => codec.flat)),
    depth: codecs.reduce((most, codec) => Math.max(most, codec.depth), 0) + 1,
    nullable: false,
  }
}

/** Also used for the parameters of a function, which may be empty. */
export function tupleCodec(codecs: readonly Codec[]): Codec {
  const { members, ...shape } = layout(codecs)
  const itemsOf = (value: unknown): readonly unknown[] => {
    if (!Array.isArray(value) || value.length !== codecs.length)
      return mismatch(`an array of ${codecs.length}`, value)
    return value
  }
  return {
    kind: 'tuple',
    ...shape,
    load: (call, at) => members.map(({ codec, offset }) => codec.load(call, at + offset)),
    store: (call, at, value) => {
      const items = itemsOf(value)
      members.forEach(({ codec, offset }, index) => codec.store(call, at + offset, items[index]))
    },
    lift: (call, flat, from) =>
      members.map(({ codec, flatOffset }) => codec.lift(call, flat, from + flatOffset)),
    lower: (call, value, flat, to) => {
      const items = itemsOf(value)
      members.forEach(({ codec, flatOffset }, index) =>
        codec.lower(call, items[index], flat, to + flatOffset),
      )
    },
  }
}

export function recordCodec(fields: readonly { readonly name: string; readonly codec: Codec }[]): Codec {
  const { members, ...shape } = layout(fields.map(({ codec }) => codec))
  const keyed = members.map((member, index) => ({ ...member, key: camelCase(fields[index]?.name ?? '') }))
  return {
    kind: 'record',
    ...shape,
    load: (call, at) => {
      const record: Record<string, unknown> = {}
      for (const { codec, offset, key } of keyed) record[key] = codec.load(call, at + offset)
      return record
    },
    store: (call, at, value) => {
      for (const { codec, offset, key } of keyed) codec.store(call, at + offset, fieldOf(value, key))
    },
    lift: (call, flat, from) => {
      const record: Record<string, unknown> = {}
      for (const { codec, flatOffset, key } of keyed) record[key] = codec.lift(call, flat, from + flatOffset)
      return record
    },
    lower: (call, value, flat, to) => {
      for (const { codec, flatOffset, key } of keyed)
        codec.lower(call, fieldOf(value, key), flat, to + flatOffset)
    },
  }
}

/** Fields may be getters of a class; a label such as `constructor` does not reach Object.prototype. */
export function fieldOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return mismatch('an object', value)
  if (key in Object.prototype && !Object.hasOwn(value, key)) return undefined
  return Reflect.get(value, key)
}
