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
/** The number of digits of 2^64. */
const MAX_DIGITS = 20

/**
 * Parses the arguments of an exported function: integers in decimal, i32 signed, i64 signed or unsigned;
 * floats in decimal, `nan`, `inf`, `-inf`. No blanks. A `call` failure names the function, the argument and its type.
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
    throw new TaskFailure('call', `${quote(name)} takes ${wanted}, found ${inputs.length}`)
  }
  return params.map((param, index) => {
    const parsed = parseValue(inputs[index] ?? '', param)
    if (typeof parsed !== 'string') return parsed
    throw new TaskFailure('call', `argument ${index + 1} of ${quote(name)} (${param}): ${parsed}`)
  })
}

/** The value, or the error text. */
function parseValue(text: string, type: ValueType): number | bigint | string {
  switch (type) {
    case 'i32':
      return parseInteger(text, 32n, 1n << 31n)
    case 'i64':
      return parseInteger(text, 64n, 1n << 64n)
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

function parseInteger(text: string, bits: bigint, end: bigint): number | bigint | string {
  const match = INTEGER.exec(text)
  const digits = match?.[2]
  if (digits === undefined) return `${quote(text)} is not a decimal integer`
  const value = digits.length > MAX_DIGITS ? undefined : BigInt(digits) * (match?.[1] === '-' ? -1n : 1n)
  if (value === undefined || value < -(1n << (bits - 1n)) || value >= end) {
    const sign = end < 1n << bits ? ' with a sign' : ''
    return `${quote(text)} does not fit in ${bits} bits${sign}`
  }
  return bits === 32n ? Number(BigInt.asIntN(32, value)) : BigInt.asIntN(64, value)
}

function parseFloating(text: string, round: (value: number) => number): number | string {
  const notFinite = NOT_FINITE.get(text.toLowerCase())
  if (notFinite !== undefined) return notFinite
  if (!FINITE.test(text)) return `${quote(text)} is not a decimal number`
  const value = round(Number(text))
  return Number.isFinite(value) ? value : `${quote(text)} is out of range`
}
