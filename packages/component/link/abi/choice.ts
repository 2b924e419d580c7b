import type { FlatType } from '../../wasm/value-types.js'
import type { ValueType } from '../../types.js'
import { trap } from './trap.js'
import type { CallContext } from './call-context.js'
import { alignTo, type Codec } from './codec.js'
import {
  concatFlat,
  joinFlat,
  narrowing,
  unsignedAt,
  widening,
  type FlatValue,
  type FlatValues,
} from './flat.js'

/** The JavaScript form of a choice between cases, each with or without payload. */
export type ChoiceForm = {
  readonly kind: ValueType['kind']
  readonly cases: readonly (Codec | undefined)[]
  readonly nullable: boolean
  readonly make: (index: number, payload: unknown) => unknown
  readonly indexOf: (value: unknown) => number
  readonly payloadOf: (value: unknown) => unknown
}

type Case = {
  readonly codec: Codec
  /** For each flat value of the payload whose type differs from that of the joined slot. */
  readonly narrow: readonly (((value: FlatValue) => FlatValue) | undefined)[] | undefined
  readonly widen: readonly (((value: FlatValue) => FlatValue) | undefined)[]
}

/** Variants, enums, options and results. */
export function choiceCodec({ kind, cases, nullable, make, indexOf, payloadOf }: ChoiceForm): Codec {
  const payloads = cases.filter((codec) => codec !== undefined)
  const tagSize = cases.length <= 0x100 ? 1 : cases.length <= 0x10000 ? 2 : 4
  const align = payloads.reduce((most, codec) => Math.max(most, codec.align), tagSize)
  const offset = alignTo(
    tagSize,
    payloads.reduce((most, codec) => Math.max(most, codec.align), 1),
  )
  const size = alignTo(offset + payloads.reduce((most, codec) => Math.max(most, codec.size), 0), align)
  const joined = joinFlat(payloads.map((codec) => codec.flat))
  const flat = concatFlat([['i32'], joined])
  const passed = cases.map((codec) => codec && passing(codec, joined ?? []))
  const zeros = (joined ?? []).map((type) => (type === 'i64' ? 0n : 0))

  const checked = (tag: number): number =>
    tag < cases.length ? tag : trap(`invalid variant discriminant ${tag} (${kind} of ${cases.length})`)

  return {
    kind,
    size,
    align,
    flat,
    depth: payloads.reduce((most, codec) => Math.max(most, codec.depth), 0) + 1,
    nullable,
    load: (call, at) => {
      const { view } = call.memory
      const tag = checked(
        tagSize === 1
          ? view.getUint8(at)
          : tagSize === 2
            ? view.getUint16(at, true)
            : view.getUint32(at, true),
      )
      return make(tag, cases[tag]?.load(call, at + offset))
    },
    store: (call, at, value) => {
      const index = indexOf(value)
      const { view } = call.memory
      if (tagSize === 1) view.setUint8(at, index)
      else if (tagSize === 2) view.setUint16(at, index, true)
      else view.setUint32(at, index, true)
      cases[index]?.store(call, at + offset, payloadOf(value))
    },
    lift: (call, values, from) => {
      const tag = checked(unsignedAt(values, from))
      const payload = passed[tag]
      return make(tag, payload && liftPayload(call, payload, values, from + 1))
    },
    lower: (call, value, values, to) => {
      const index = indexOf(value)
      values[to] = index
      for (let slot = 0; slot < zeros.length; slot += 1) values[to + 1 + slot] = zeros[slot] ?? 0
      const payload = passed[index]
      if (payload !== undefined) lowerPayload(call, payload, payloadOf(value), values, to + 1)
    },
  }
}

function passing(codec: Codec, joined: readonly FlatType[]): Case {
  const pairs = (codec.flat ?? []).map((type, index) => ({ type, slot: joined[index] ?? type }))
  const narrow = pairs.map(({ type, slot }) => narrowing(slot, type))
  return {
    codec,
    narrow: narrow.some((each) => each !== undefined) ? narrow : undefined,
    widen: pairs.map(({ type, slot }) => widening(type, slot)),
  }
}

function liftPayload(call: CallContext, { codec, narrow }: Case, values: FlatValues, from: number): unknown {
  if (narrow === undefined) return codec.lift(call, values, from)
  const own = narrow.map((convert, index) => {
    const value = values[from + index]
    return value === undefined || convert === undefined ? value : convert(value)
  })
  return codec.lift(call, own, 0)
}

function lowerPayload(
  call: CallContext,
  { codec, widen }: Case,
  payload: unknown,
  values: FlatValue[],
  to: number,
): void {
  codec.lower(call, payload, values, to)
  for (const [index, convert] of widen.entries()) {
    const value = values[to + index]
    if (convert !== undefined && value !== undefined) values[to + index] = convert(value)
  }
}
