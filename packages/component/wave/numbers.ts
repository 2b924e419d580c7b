import type { ValueType } from '../types.js'

export type BigKind = 's64' | 'u64'
export type SmallKind = 's8' | 'u8' | 's16' | 'u16' | 's32' | 'u32'
export type IntegerKind = SmallKind | BigKind

type Range = { readonly min: bigint; readonly max: bigint }

const RANGES: Readonly<Record<IntegerKind, Range>> = {
  s8: { min: -(1n << 7n), max: (1n << 7n) - 1n },
  u8: { min: 0n, max: (1n << 8n) - 1n },
  s16: { min: -(1n << 15n), max: (1n << 15n) - 1n },
  u16: { min: 0n, max: (1n << 16n) - 1n },
  s32: { min: -(1n << 31n), max: (1n << 31n) - 1n },
  u32: { min: 0n, max: (1n << 32n) - 1n },
  s64: { min: -(1n << 63n), max: (1n << 63n) - 1n },
  u64: { min: 0n, max: (1n << 64n) - 1n },
}

/** The maximum length of a 64-bit integer, including the sign. */
const MAX_LENGTH = 20

export const isInRange = (kind: IntegerKind, value: bigint): boolean =>
  value >= RANGES[kind].min && value <= RANGES[kind].max

/** `an integer from 0 to 255 (u8)` */
export const integerExpected = (kind: IntegerKind): string =>
  `an integer from ${String(RANGES[kind].min)} to ${String(RANGES[kind].max)} (${kind})`

/** The integer that a text of digits represents; undefined if it is out of range. */
export const integerOf = (kind: IntegerKind, digits: string): bigint | undefined => {
  if (digits.length > MAX_LENGTH) return undefined
  const value = BigInt(digits)
  return isInRange(kind, value) ? value : undefined
}

export const isSmallKind = (kind: ValueType['kind']): kind is SmallKind =>
  kind in RANGES && kind !== 's64' && kind !== 'u64'

/** The f64 nearest to a JSON number; infinity or zero beyond the range. */
export const float64Of = (text: string): number => Number(text)

/**
 * The f32 nearest to a JSON number, rounded once: the nearest f64 may be a tie between two f32 values where the number is not.
 */
export const float32Of = (text: string): number => {
  const wide = Number(text)
  const magnitude = Math.abs(wide)
  const near = Math.fround(magnitude)
  const tied = tiedWith(near, magnitude)
  if (tied === undefined) return Math.fround(wide)
  const order = compareWithTie(text, magnitude)
  const towardsNear = near < tied ? -1 : 1
  return Math.sign(wide) * (order === 0 || order === towardsNear ? near : Math.fround(tied))
}

/** The shortest text without exponent that reads back as the same f64. */
export const float64Text = (value: number): string => special(value) ?? withoutExponent(String(value))

/** The shortest text without exponent that reads back as the same f32. */
export const float32Text = (value: number): string =>
  special(value) ?? withoutExponent(String(Number(shortestDigits(value))))

const special = (value: number): string | undefined => {
  if (Number.isNaN(value)) return 'nan'
  if (value === Infinity) return 'inf'
  if (value === -Infinity) return '-inf'
  return Object.is(value, -0) ? '-0' : undefined
}

/** Nine digits distinguish all f32 values. Below a power of two they are closer, so the second-nearest decimal may do as well. */
const shortestDigits = (value: number): string => {
  for (let count = 1; count < 9; count += 1) {
    const nearest = value.toExponential(count - 1)
    if (float32Of(nearest) === value) return nearest
    const [digits = '', exponent = ''] = nearest.split('e')
    const farther = Number(digits.replace('.', '')) + Math.sign(value)
    const second = `${farther}e${Number(exponent) - (count - 1)}`
    if (float32Of(second) === value) return second
  }
  return value.toExponential(8)
}

const withoutExponent = (text: string): string => {
  const [mantissa = '', exponent] = text.split('e')
  if (exponent === undefined) return text
  const sign = mantissa.startsWith('-') ? '-' : ''
  const [whole = '', fraction = ''] = mantissa.slice(sign.length).split('.')
  const digits = whole + fraction
  const point = whole.length + Number(exponent)
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  if (point >= digits.length) return sign + digits + '0'.repeat(point - digits.length)
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`
}

/** The other f32 at the same distance from a number as the nearest f32, if there is one. 2^128 stands for infinity. */
const tiedWith = (near: number, value: number): number | undefined => {
  if (near === value) return undefined
  const start = near === Infinity ? 2 ** 128 : near
  const other = 2 * value - start
  return Math.fround(other) === other && (start + other) / 2 === value ? other : undefined
}

/** Every tie between two f32 values is a multiple of 2^-150, that is of 10^-150 × 5^150. */
const TIE_BITS = 150

/** Whether the magnitude of a JSON number is below (-1), at (0) or above (1) a tie, exactly. */
const compareWithTie = (text: string, tie: number): number => {
  const stated = significant(text.startsWith('-') ? text.slice(1) : text)
  const exact = significant(`${String(BigInt(tie * 2 ** TIE_BITS) * 5n ** BigInt(TIE_BITS))}e-${TIE_BITS}`)
  if (stated.point !== exact.point) return Math.sign(stated.point - exact.point)
  if (stated.digits === exact.digits) return 0
  return stated.digits < exact.digits ? -1 : 1
}

/** A number as 0.digits × 10^point, with no zeros on either end of the digits. */
const significant = (text: string): { readonly digits: string; readonly point: number } => {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const all = whole + fraction
  let from = 0
  while (all[from] === '0') from += 1
  let to = all.length
  while (to > from && all[to - 1] === '0') to -= 1
  return { digits: all.slice(from, to), point: whole.length - from + Number(exponent) }
}
