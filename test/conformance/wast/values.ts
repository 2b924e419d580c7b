import { isDeepStrictEqual } from 'node:util'
import { camelCase } from '@proplet/component/wave/names.js'
import type { Value } from './script.js'

/** Converts a value of a script to the JavaScript value of a component function. */
export function valueOf({ type, value }: Value): unknown {
  switch (type) {
    case 'bool':
    case 'string':
    case 'char':
    case 'enum':
      return value
    case 's64':
    case 'u64':
      return BigInt(text(value))
    case 'u8':
    case 's8':
    case 'u16':
    case 's16':
    case 'u32':
    case 's32':
      return Number(text(value))
    case 'f32':
    case 'f64':
      return floatOf(type, BigInt(text(value)))
    case 'list':
    case 'tuple':
      return list(value).map((item) => valueOf(item as Value))
    case 'record':
      return Object.fromEntries(
        list(value).map((field) => {
          const [name, item] = field as [string, Value]
          return [camelCase(name), valueOf(item)]
        }),
      )
    case 'flags':
      return list(value).map(text)
    case 'variant': {
      const { case: tag, payload } = value as { case: string; payload?: Value | null }
      return payload == null ? { tag } : { tag, val: valueOf(payload) }
    }
    case 'option':
      return value === null ? undefined : valueOf(value as Value)
    case 'result': {
      const [[tag, payload] = []] = Object.entries(value as Record<string, Value | null>)
      return { tag: tag === 'Ok' ? 'ok' : 'err', val: payload == null ? undefined : valueOf(payload) }
    }
    default:
      throw new Error(`a script has a value of the type ${type}, which the harness does not know`)
  }
}

/** Components take and return flags as an object with a boolean for every name. */
export const argumentOf = (given: Value): unknown =>
  given.type === 'flags'
    ? Object.fromEntries(list(given.value).map((name) => [camelCase(text(name)), true]))
    : valueOf(given)

export function isExpected(expected: readonly Value[], actual: unknown): boolean {
  const [only] = expected
  if (only === undefined) return actual === undefined
  if (only.type === 'flags') {
    const set = Object.entries(actual as object).flatMap(([name, on]) => (on === true ? [name] : []))
    return isDeepStrictEqual(new Set(set), new Set(list(only.value).map((name) => camelCase(text(name)))))
  }
  return isDeepStrictEqual(plain(actual), plain(valueOf(only)))
}

/** Typed arrays count as arrays. */
const plain = (value: unknown): unknown =>
  ArrayBuffer.isView(value) && !(value instanceof DataView) ? Array.from(value as Uint8Array) : value

/** Scripts contain the bits of a float. */
function floatOf(type: 'f32' | 'f64', bits: bigint): number {
  const view = new DataView(new ArrayBuffer(8))
  if (type === 'f64') {
    view.setBigUint64(0, bits)
    return view.getFloat64(0)
  }
  view.setUint32(0, Number(bits))
  return view.getFloat32(0)
}

const list = (value: unknown): readonly unknown[] => {
  if (Array.isArray(value)) return value
  throw new Error('a script has no list where one belongs')
}
const text = (value: unknown): string => {
  if (typeof value === 'string') return value
  throw new Error('a script has no text where some belongs')
}
