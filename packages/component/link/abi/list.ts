import { trap } from './trap.js'
import type { CallContext } from './call-context.js'
import { alignTo, mismatch, type Codec } from './codec.js'
import { RANGE_FORMS, type RangeForm } from './address.js'
import { concatFlat, MAX_FLAT_PARAMS } from './flat.js'
import { numberArray, type ElementsCodec } from './number-array.js'

/** The minimum size of an element of a JavaScript array. */
const ELEMENT_BYTES = 16

/**
 * Lists of numbers are typed arrays, other lists are arrays.
 * @param form how the position of its elements is passed
 */
export function listCodec(element: Codec, form: RangeForm = RANGE_FORMS.i32): Codec {
  const { load, store } = numberArray(element.kind) ?? elementwise(element)
  return {
    kind: 'list',
    size: 2 * form.bytes,
    align: form.bytes,
    flat: [form.type, form.type],
    depth: element.depth + 1,
    nullable: false,
    load: (call, at) => {
      const { pointer, length } = form.load(call.memory.view, at)
      return load(call, pointer, length)
    },
    store: (call, at, value) => {
      const range = store(call, value)
      form.store(call.memory.view, at, range)
    },
    lift: (call, flat, from) => {
      const { pointer, length } = form.lift(flat, from)
      return load(call, pointer, length)
    },
    lower: (call, value, flat, to) => form.lower(store(call, value), flat, to),
  }
}

function elementwise(element: Codec): ElementsCodec {
  const { size, align } = element
  return {
    load: (call, at, length) => {
      call.memory.check(at, length * size, align)
      call.spend(length * ELEMENT_BYTES)
      return loadEach(call, element, at, length)
    },
    store: (call, value) => {
      if (!Array.isArray(value)) return mismatch('an array', value)
      const items: readonly unknown[] = value
      const pointer = call.allocate(items.length * size, align)
      storeEach(call, element, pointer, items)
      return { pointer, length: items.length }
    },
  }
}

function loadEach(call: CallContext, element: Codec, at: number, length: number): unknown[] {
  const items: unknown[] = []
  for (let index = 0; index < length; index += 1) items.push(element.load(call, at + index * element.size))
  return items
}

function storeEach(call: CallContext, element: Codec, at: number, items: readonly unknown[]): void {
  for (let index = 0; index < items.length; index += 1)
    element.store(call, at + index * element.size, items[index])
}

/** A fixed-length list is stored in place, and is always an array. */
export function fixedListCodec(element: Codec, length: number): Codec {
  const flat = length > MAX_FLAT_PARAMS ? undefined : concatFlat(Array.from({ length }, () => element.flat))
  const width = element.flat?.length ?? 0
  const itemsOf = (value: unknown): readonly unknown[] => {
    if (!Array.isArray(value) || value.length !== length) return mismatch(`an array of ${length}`, value)
    return value
  }
  return {
    kind: 'list',
    size: alignTo(element.size, element.align) * length,
    align: element.align,
    flat,
    depth: element.depth + 1,
    nullable: false,
    load: (call, at) => {
      call.spend(length * ELEMENT_BYTES)
      return loadEach(call, element, at, length)
    },
    store: (call, at, value) => storeEach(call, element, at, itemsOf(value)),
    lift: (call, values, from) => {
      if (flat === undefined) return trap('a list that is not passed flat')
      return Array.from({ length }, (_, index) => element.lift(call, values, from + index * width))
    },
    lower: (call, value, values, to) => {
      for (const [index, item] of itemsOf(value).entries())
        element.lower(call, item, values, to + index * width)
    },
  }
}
