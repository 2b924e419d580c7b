import { WavePrintError } from './error.js'

/** Longest text that is printed, in UTF-16 code units. No result of a task comes near it. */
export const MAX_TEXT = 1 << 26

/** Collects a text, up to MAX_TEXT. */
export class Output {
  #pieces: string[] = []
  #length = 0

  write(piece: string): void {
    this.#length += piece.length
    if (this.#length > MAX_TEXT)
      throw new WavePrintError('too-large', `the value is longer than ${MAX_TEXT} characters as text`)
    this.#pieces.push(piece)
  }

  text(): string {
    return this.#pieces.join('')
  }
}
