import { TaskFailure } from './failure.js'
import { quote } from '@proplet/component/units.js'
import type { FunctionType, ValueType } from '@proplet/component/wasm/value-types.js'

const INTEGER = /^([+-]?)0*(\d+)$/
const FINITE = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
const NOT_FINITE: ReadonlyMap<string, number> = new Map([
  ['nan', NaN],
  ['inf', Infinity],
  ['+inf', Infinity],
  ['-inf', -Infinity],
  ['infinity', Infinity],
  ['+infinity', Infinity],
  ['-infinity', -Infinity],
])
/** Digits of 2^64. */
const MAX_DIGITS = 20

/**
 * Arguments of an exported function from their texts: integers in decimal, signed or unsigned, as far as they fit in
 * the bits; floats in decimal, `nan`, `inf`, `-inf`. A `call` failure names the function, the argument and its type.
 */
export function parseArguments(
  name: string,
  type: FunctionType,
  inputs: readonly string[],
): (number | bigint)[] {
  const { params } = type
  if (params.length !== inputs.length) {
    const wanted =
      params.length === 0 ? 'no arguments' : `${params.length} (${params.slice(0, 20).join(', ')})`
    throw new TaskFailure('call', `${quote(name)} takes ${wanted}, ${inputs.length} given`)
  }
  return params.map((param, index) => {
    const parsed = parseValue(inputs[index] ?? '', param)
    if (typeof parsed !== 'string') return parsed
    throw new TaskFailure('call', `argument ${index + 1} of ${quote(name)} (${param}): ${parsed}`)
  })
}

/** The value, or what is wrong with the text. */
function parseValue(text: string, type: ValueType): number | bigint | string {
  switch (type) {
    case 'i32':
      return parseInteger(text, 32n)
    case 'i64':
      return parseInteger(text, 64n)
    case 'f32':
      return parseFloating(text, Math.fround)
    case 'f64':
      return parseFloating(text, (value) => value)
    case 'v128':
    case 'funcref':
    case 'externref':
    case 'reference':
      return 'a value of this type has no text form'
  }
}

function parseInteger(text: string, bits: bigint): number | bigint | string {
  const match = INTEGER.exec(text.trim())
  const digits = match?.[2]
  if (digits === undefined) return `${quote(text)} is not a decimal integer`
  const value = digits.length > MAX_DIGITS ? undefined : BigInt(digits) * (match?.[1] === '-' ? -1n : 1n)
  if (value === undefined || value < -(1n << (bits - 1n)) || value >= 1n << bits) {
    return `${quote(text)} does not fit in ${bits} bits`
  }
  return bits === 32n ? Number(BigInt.asIntN(32, value)) : BigInt.asIntN(64, value)
}

function parseFloating(text: string, round: (value: number) => number): number | string {
  const trimmed = text.trim()
  const notFinite = NOT_FINITE.get(trimmed.toLowerCase())
  if (notFinite !== undefined) return notFinite
  if (!FINITE.test(trimmed)) return `${quote(text)} is not a decimal number`
  const value = round(Number(trimmed))
  return Number.isFinite(value) ? value : `${quote(text)} is out of range`
}
