import { WavePrintError } from './error.js'

/** Collects a text of at most so many UTF-16 code units. */
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
        `expected a value of at most ${this.#maxLength} characters as text, found a longer one`,
      )
    this.#pieces.push(piece)
  }

  text(): string {
    return this.#pieces.join('')
  }
}
