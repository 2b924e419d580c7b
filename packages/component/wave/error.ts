/** Why a text is not a value of its type. */
export type WaveErrorCode =
  | 'unexpected-token'
  | 'unexpected-end'
  | 'invalid-escape'
  | 'invalid-value'
  | 'unknown-case'
  | 'unknown-field'
  | 'unknown-flag'
  | 'missing-field'
  | 'duplicate-field'
  | 'duplicate-flag'
  | 'too-deep'
  | 'too-large'
  | 'unsupported-type'

/**
 * A text that is not a value of its type. `from` and `to` are offsets in UTF-16 code units, `to` is exclusive; `line` and
 * `column` are the position of `from`, counted from 1. The message says what was expected and what was found, without the
 * position.
 *
 * ```ts
 * const value = readWave({ kind: 'u8' }, '256')
 * if (E.isLeft(value)) console.error(value.left.line, value.left.column, value.left.message)
 * ```
 */
export class WaveError extends Error {
  override readonly name = 'WaveError'
  readonly code: WaveErrorCode
  readonly from: number
  readonly to: number
  readonly line: number
  readonly column: number

  constructor(code: WaveErrorCode, text: string, from: number, to: number, message: string) {
    super(message)
    this.code = code
    this.from = from
    this.to = to
    const before = text.slice(0, from)
    this.line = lineBreaks(before) + 1
    this.column = from - before.lastIndexOf('\n')
  }
}

/**
 * A value that has no text: its type has none, or it is not of its type.
 *
 * ```ts
 * try {
 *   printWave(type, value)
 * } catch (error) {
 *   if (error instanceof WavePrintError) console.error(error.code)
 * }
 * ```
 */
export class WavePrintError extends Error {
  override readonly name = 'WavePrintError'
  readonly code: 'unsupported-type' | 'invalid-value' | 'too-deep' | 'too-large'

  constructor(code: WavePrintError['code'], message: string) {
    super(message)
    this.code = code
  }
}

/** `column 5`, or `line 2, column 5` in a text of several lines. */
export const place = ({ line, column }: WaveError): string =>
  line === 1 ? `column ${column}` : `line ${line}, column ${column}`

const lineBreaks = (text: string): number => {
  let count = 0
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1
  return count
}
