import type { PrimitiveKind } from '../types.js'
import type { AddressType, FlatType } from '../wasm/value-types.js'
import type { Form, Value, ValueType } from './types.js'

/** More values than this go through memory in any call. */
const MAX_FLAT = 16

const WIDE: Readonly<Partial<Record<PrimitiveKind, readonly FlatType[]>>> = {
  s64: ['i64'],
  u64: ['i64'],
  f32: ['f32'],
  f64: ['f64'],
}
const I32: readonly FlatType[] = ['i32']

/** The flat core values of a type; undefined if there are too many. Computed once per type. */
export class Flattening {
  /** The parts of a range in memory: pointer and length. */
  readonly #range: readonly FlatType[]
  readonly #known = new Map<ValueType, readonly FlatType[] | undefined>()

  /** @param address the address type of the memory that values go through */
  constructor(address: AddressType) {
    this.#range = [address, address]
  }

  readonly of = (type: Value): readonly FlatType[] | undefined => {
    if (type === 'string') return this.#range
    if (typeof type === 'string') return WIDE[type] ?? I32
    if (this.#known.has(type)) return this.#known.get(type)
    const flat = this.#form(type.form)
    this.#known.set(type, flat)
    return flat
  }

  /** The flat types of consecutive values. */
  all(types: readonly Value[]): readonly FlatType[] | undefined {
    const all: FlatType[] = []
    for (const type of types) {
      const flat = this.of(type)
      if (flat === undefined || all.length + flat.length > MAX_FLAT) return undefined
      all.push(...flat)
    }
    return all
  }

  #form(form: Form): readonly FlatType[] | undefined {
    switch (form.kind) {
      case 'primitive':
        return this.of(form.primitive)
      case 'record':
        return this.all(form.fields.map(({ type }) => type))
      case 'tuple':
        return this.all(form.items)
      case 'list': {
        if (form.length === undefined) return this.#range
        const { element } = form
        return form.length > MAX_FLAT ? undefined : this.all(Array<Value>(form.length).fill(element))
      }
      case 'map':
        return this.#range
      case 'variant':
        return this.#choice(form.cases.map(({ type }) => type))
      case 'option':
        return this.#choice([form.some])
      case 'result':
        return this.#choice([form.ok, form.err])
      case 'enum':
      case 'flags':
      case 'own':
      case 'borrow':
      case 'stream':
      case 'future':
        return I32
    }
  }

  /** The tag, and slots that hold the payload of any case. */
  #choice(cases: readonly (Value | undefined)[]): readonly FlatType[] | undefined {
    const slots: FlatType[] = []
    for (const type of cases) {
      if (type === undefined) continue
      const flat = this.of(type)
      if (flat === undefined) return undefined
      for (const [index, each] of flat.entries()) slots[index] = join(slots[index], each)
    }
    return slots.length + 1 > MAX_FLAT ? undefined : ['i32', ...slots]
  }
}

function join(a: FlatType | undefined, b: FlatType): FlatType {
  if (a === undefined || a === b) return b
  return (a === 'i32' && b === 'f32') || (a === 'f32' && b === 'i32') ? 'i32' : 'i64'
}
