import { float32Of, float64Of } from './float.js'
import { integerExpected, integerOf, type BigKind, type IntegerKind, type SmallKind } from './integer.js'
import { labelEnd } from './label.js'
import { numberForm } from './number.js'
import type { Source } from './source.js'
import { quoted } from './token.js'

export type FloatKind = 'f32' | 'f64'

/** Reads an integer of 64 bits. */
export const readBig = (source: Source, kind: BigKind): bigint => readInteger(source, kind)

/** Reads an integer of up to 32 bits. */
export const readSmall = (source: Source, kind: SmallKind): number => Number(readInteger(source, kind))

const readInteger = (source: Source, kind: IntegerKind): bigint => {
  const expected = (): string => integerExpected(kind)
  const { text, from, to } = source.peekNumber()
  if (to === labelEnd(source.text, from)) throw source.unexpected(expected())
  const value = numberForm(text) === 'integer' ? integerOf(kind, text) : undefined
  if (value === undefined)
    throw source.error('invalid-value', from, to, `expected ${expected()}, found ${quoted(text)}`)
  source.at = to
  return value
}

const FLOATS = { f32: float32Of, f64: float64Of } as const
const SPECIAL: ReadonlyMap<string, number> = new Map([
  ['nan', NaN],
  ['inf', Infinity],
  ['-inf', -Infinity],
])

/** Reads a floating-point number, rounded to its type. */
export const readFloat = (source: Source, kind: FloatKind): number => {
  const expected = `a number, \`nan\`, \`inf\` or \`-inf\` (${kind})`
  const { text, from, to } = source.peekNumber()
  if (to === from) throw source.unexpected(expected)
  const special = SPECIAL.get(text)
  if (special === undefined && numberForm(text) === undefined)
    throw source.error('invalid-value', from, to, `expected ${expected}, found ${quoted(text)}`)
  source.at = to
  return special ?? FLOATS[kind](text)
}
