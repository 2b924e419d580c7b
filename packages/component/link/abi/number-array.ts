import type { ValueType } from '../../types.js'
import type { Range } from './address.js'
import type { CallContext } from './call-context.js'
import { mismatch } from './codec.js'
import { primitiveCodec, type NumberKind } from './primitive.js'

/** The elements of a list, in memory. */
export type ElementsCodec = {
  readonly load: (call: CallContext, at: number, length: number) => unknown
  readonly store: (call: CallContext, value: unknown) => Range
}

type NumberArray = {
  readonly BYTES_PER_ELEMENT: number
  readonly name: string
  new (buffer: ArrayBuffer): NodeJS.TypedArray
}

const ARRAYS: ReadonlyMap<ValueType['kind'], { readonly kind: NumberKind; readonly array: NumberArray }> =
  new Map([
    ['u8', { kind: 'u8', array: Uint8Array }],
    ['s8', { kind: 's8', array: Int8Array }],
    ['u16', { kind: 'u16', array: Uint16Array }],
    ['s16', { kind: 's16', array: Int16Array }],
    ['u32', { kind: 'u32', array: Uint32Array }],
    ['s32', { kind: 's32', array: Int32Array }],
    ['u64', { kind: 'u64', array: BigUint64Array }],
    ['s64', { kind: 's64', array: BigInt64Array }],
    ['f32', { kind: 'f32', array: Float32Array }],
    ['f64', { kind: 'f64', array: Float64Array }],
  ])

/** Lists of numbers, copied at once; plain arrays are accepted too. Undefined for other element types. */
export function numberArray(kind: ValueType['kind']): ElementsCodec | undefined {
  const found = ARRAYS.get(kind)
  if (found === undefined) return undefined
  const { array } = found
  const size = array.BYTES_PER_ELEMENT
  const element = primitiveCodec(found.kind)
  return {
    load: (call, at, length) => {
      call.memory.check(at, length * size, size)
      call.spend(length * size)
      const copy = call.memory.bytes.slice(at, at + length * size)
      return size === 1 && array === Uint8Array ? copy : new array(copy.buffer)
    },
    store: (call, value) => {
      if (value instanceof array) return storeBytes(call, value, size)
      if (!Array.isArray(value)) return mismatch(`an array or a ${array.name}`, value)
      const items: readonly unknown[] = value
      const pointer = call.allocate(items.length * size, size)
      for (let index = 0; index < items.length; index += 1)
        element.store(call, pointer + index * size, items[index])
      return { pointer, length: items.length }
    },
  }
}

function storeBytes(call: CallContext, value: NodeJS.TypedArray, align: number): Range {
  const { length, byteLength } = value
  const pointer = call.allocate(byteLength, align)
  call.memory.bytes.set(new Uint8Array(value.buffer, value.byteOffset, byteLength), pointer)
  return { pointer, length }
}

/** Whether it is a number type, whose values have no parts. */
export const isNumber = (kind: ValueType['kind']): boolean => ARRAYS.has(kind)
