import type { ValueType } from '../types.js'
import { WaveError, type WaveErrorCode } from './error.js'
import { labelEnd, numberEnd, tokenAt } from './syntax.js'
import { MAX_LEFT_OUT } from './values.js'

/** A piece of the text. */
export type Piece = { readonly text: string; readonly from: number; readonly to: number }

/** A text that is read from start to end. */
export class Source {
  readonly text: string
  /** The number of characters read. */
  at = 0
  #leftOut = 0

  constructor(text: string) {
    this.text = text
  }

  /** Skips white space and comments, and returns where the next token starts. */
  next(): number {
    for (;;) {
      const code = this.text.charCodeAt(this.at)
      if (code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d) this.at += 1
      else if (code === 0x2f && this.text.charCodeAt(this.at + 1) === 0x2f) this.#passLine()
      else return this.at
    }
  }

  /** Takes a symbol if it is the next token. */
  take(symbol: string): boolean {
    if (!this.text.startsWith(symbol, this.next())) return false
    this.at += symbol.length
    return true
  }

  /** Takes the symbol that must be the next token. */
  expect(symbol: string, expected = `\`${symbol}\``): void {
    if (!this.take(symbol)) throw this.unexpected(expected)
  }

  /** The next token if it is a label or keyword, otherwise an empty piece. It includes a `%`. */
  peekWord(): Piece {
    const from = this.next()
    const to = labelEnd(this.text, from)
    return { text: this.text.slice(from, to), from, to }
  }

  /** The next token if it could be a number, otherwise an empty piece. */
  peekNumber(): Piece {
    const from = this.next()
    const to = Math.max(numberEnd(this.text, from), labelEnd(this.text, from))
    return { text: this.text.slice(from, to), from, to }
  }

  /** Counts omitted parts of the value, so that a short text cannot stand for an unbounded value. */
  leaveOut(parts: number): void {
    this.#leftOut += parts
    if (this.#leftOut <= MAX_LEFT_OUT) return
    const found = `expected a value that leaves out at most ${MAX_LEFT_OUT} fields and flags, found more`
    throw this.error('too-large', this.at, this.at, found)
  }

  /** The error for an unexpected next token. */
  unexpected(expected: string): WaveError {
    const from = this.next()
    const { to, name } = tokenAt(this.text, from)
    const code = from === this.text.length ? 'unexpected-end' : 'unexpected-token'
    return this.error(code, from, to, `expected ${expected}, found ${name}`)
  }

  error(code: WaveErrorCode, from: number, to: number, message: string): WaveError {
    return new WaveError(code, this.text, from, to, message)
  }

  #passLine(): void {
    const end = this.text.indexOf('\n', this.at)
    this.at = end === -1 ? this.text.length : end + 1
  }
}

/** Reads the next value, or throws a WaveError. */
export type Read = (source: Source) => unknown

export type ReaderOf = (type: ValueType) => Read
