import type { ValueType } from '../types.js'
import { WavePrintError } from './error.js'
import { escaped, LITERAL_MARKS, loneSurrogate } from './syntax.js'
import { float32Text, float64Text, integerExpected, isInRange, type IntegerKind } from './numbers.js'

/** Collects a text of limited length, in UTF-16 code units. */
export class Output {
  #pieces: string[] = []
  #length = 0
  readonly #maxLength: number

  constructor(maxLength: number) {
    this.#maxLength = maxLength
  }

  write(piece: string): void {
    this.#length += piece.length
    if (this.#length > this.#maxLength)
      throw new WavePrintError(
        'too-large',
        `expected a value of at most ${this.#maxLength} characters of text, found a longer one`,
      )
    this.#pieces.push(piece)
  }

  text(): string {
    return this.#pieces.join('')
  }
}

/** Writes the text of a value, or throws a WavePrintError. */
export type Print = (value: unknown, output: Output) => void

export type PrinterOf = (type: ValueType) => Print

export const boolText = (value: unknown): string => {
  if (typeof value !== 'boolean') throw mismatch('a boolean (bool)', value)
  return String(value)
}

/** 64-bit integers are bigints, shorter ones numbers. */
export const integerText = (kind: IntegerKind, value: unknown): string => {
  const isBig = kind === 's64' || kind === 'u64'
  const isRight = isBig ? typeof value === 'bigint' : Number.isInteger(value)
  if (!isRight || (typeof value !== 'bigint' && typeof value !== 'number'))
    throw mismatch(`${integerExpected(kind)} as a ${isBig ? 'bigint' : 'number'}`, value)
  const integer = BigInt(value)
  if (!isInRange(kind, integer)) throw mismatch(integerExpected(kind), value)
  return integer.toString()
}

export const floatText = (kind: 'f32' | 'f64', value: unknown): string => {
  if (typeof value !== 'number') throw mismatch(`a number (${kind})`, value)
  return kind === 'f32' ? float32Text(Math.fround(value)) : float64Text(value)
}

export const charText = (value: unknown): string => {
  const first = typeof value === 'string' ? value.codePointAt(0) : undefined
  if (typeof value !== 'string' || first === undefined || String.fromCodePoint(first) !== value)
    throw mismatch('a string of one character (char)', value)
  refuseLoneSurrogate(value)
  return `'${escaped(value, LITERAL_MARKS)}'`
}

/** How many characters of a string are escaped at once. */
const BLOCK = 1 << 16

export const printString = (value: unknown, output: Output): void => {
  if (typeof value !== 'string') throw mismatch('a string', value)
  refuseLoneSurrogate(value)
  output.write('"')
  for (let from = 0; from < value.length; from += BLOCK)
    output.write(escaped(value.slice(from, from + BLOCK), LITERAL_MARKS))
  output.write('"')
}

/** The error for a value of the wrong kind; it contains the kind, not the content. */
export const mismatch = (expected: string, value: unknown): WavePrintError => {
  const found =
    value === null ? 'null' : Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`
  return new WavePrintError('invalid-value', `expected ${expected}, found ${found}`)
}

const refuseLoneSurrogate = (text: string): void => {
  if (loneSurrogate(text, 0, text.length) !== -1)
    throw new WavePrintError('invalid-value', 'expected Unicode text, found half of a surrogate pair')
}
