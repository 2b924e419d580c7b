import type { Sliced } from '../../model/sliced.js'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/** JSON text that is refused. The message contains none of it. */
export class JsonLimitError extends Error {
  override readonly name = 'JsonLimitError'
}

export const MAX_DEPTH = 256
/** Cap on the bytes examined one by one; the engine searches the insides of strings much faster. */
const MAX_STEPS = 1024 * 1024
/** The cost of a string in addition to its bytes, in steps. */
const STRING_STEPS = 16
/** Bytes of a string examined one by one before searching for its end: most strings are short. */
const STRIDE = 256
/** Steps of one slice; code that is not compiled yet takes about 30 ns for each. */
const SLICE_STEPS = 32 * 1024

/**
 * Skips the values of a JSON text without building them, in slices: 10 MB of base64 take a millisecond, and no text takes more than
 * `MAX_STEPS`. Looks only at brackets, commas and quotes, so it does not notice all invalid JSON. All methods throw a
 * `JsonLimitError`.
 */
export class JsonWalker {
  readonly #json: Uint8Array
  #at = 0
  #steps = 0
  /** The number of steps at the end of the last slice. */
  #sliced = 0
  #bare = 0

  constructor(json: Uint8Array) {
    this.#json = json
  }

  get at(): number {
    return this.#at
  }

  /** Bytes so far outside strings: numbers, brackets, white space. */
  get bare(): number {
    return this.#bare
  }

  /** The next byte after white space; -1 at the end. */
  *peek(): Sliced<number> {
    const json = this.#json
    for (;;) {
      const last = Math.min(json.length, this.#at + SLICE_STEPS)
      let at = this.#at
      for (; at < last; at++) {
        const c = json[at] ?? 0
        if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) break
      }
      this.#step(at - this.#at)
      this.#at = at
      if (at < last || at === json.length) return json[at] ?? -1
      yield* this.#pause()
    }
  }

  /** Skips one byte, if it is this one. */
  *take(c: number): Sliced<boolean> {
    if ((yield* this.peek()) !== c) return false
    this.#step(1)
    this.#at += 1
    return true
  }

  /** Skips a string with its quotes; false if there is none, or it does not end. */
  *takeString(): Sliced<boolean> {
    if ((yield* this.peek()) !== QUOTE) return false
    const end = yield* this.#endOfString(this.#at)
    this.#at = Math.min(this.#json.length, end + 1)
    return end < this.#json.length
  }

  /** Skips a value. Returns an upper bound of the values in it: itself, items and members. */
  *takeValue(maxDepth: number): Sliced<number> {
    const json = this.#json
    const { length } = json
    let depth = 0
    let values = 1
    let from = this.#at
    let at = from
    for (; at < length; at++) {
      if (at - from >= SLICE_STEPS) {
        this.#leave(at - from)
        from = at
        yield* this.#pause()
      }
      const c = json[at] ?? 0
      // Fast path: most bytes are neither bracket nor comma.
      if (c > COMMA && c < OPEN_ARRAY) continue
      if (c === QUOTE) {
        this.#leave(at - from)
        const end = this.#endOfShortString(at)
        from = at = end === -1 ? yield* this.#endOfString(at) : end
        if (this.#steps - this.#sliced >= SLICE_STEPS) yield* this.#pause()
      } else if (c === COMMA) {
        if (depth === 0) break
        values += 1
      } else if (c === OPEN_ARRAY || c === OPEN_OBJECT) {
        depth += 1
        values += 1
        if (depth > maxDepth) throw new JsonLimitError(`expected JSON nested at most ${MAX_DEPTH} deep`)
      } else if (c === CLOSE_ARRAY || c === CLOSE_OBJECT) {
        if (depth === 0) break
        depth -= 1
      }
    }
    this.#leave(at - from)
    this.#at = Math.min(at, length)
    return values
  }

  *#pause(): Sliced<void> {
    this.#sliced = this.#steps
    yield
  }

  #leave(bytes: number): void {
    this.#bare += bytes
    this.#step(bytes)
  }

  #step(count: number): void {
    this.#steps += count
    if (this.#steps > MAX_STEPS)
      throw new JsonLimitError(`expected at most ${MAX_STEPS} bytes outside strings`)
  }

  /** As `#endOfString`; -1, and nothing counted, if it is not within the first bytes. */
  #endOfShortString(start: number): number {
    const json = this.#json
    const stop = Math.min(json.length, start + 1 + STRIDE)
    for (let i = start + 1; i < stop; i++) {
      const c = json[i] ?? 0
      if (c === QUOTE) {
        this.#step(STRING_STEPS + i - start)
        return i
      }
      if (c === BACKSLASH) i++
    }
    return -1
  }

  /** The end of the string whose opening quote is at `start`: its closing quote, or the end of the text. */
  *#endOfString(start: number): Sliced<number> {
    const json = this.#json
    const { length } = json
    this.#step(STRING_STEPS)
    for (let i = start + 1; ;) {
      const stop = Math.min(length, i + STRIDE)
      const from = i
      for (; i < stop; i++) {
        const c = json[i] ?? 0
        if (c === QUOTE) {
          this.#step(i - from)
          return i
        }
        if (c === BACKSLASH) i++
      }
      this.#step(STRIDE)
      const quote = json.indexOf(QUOTE, i)
      if (quote === -1) return length
      let before = quote - 1
      while (before >= i && json[before] === BACKSLASH && quote - before < MAX_STEPS) {
        if ((quote - before) % SLICE_STEPS === 0) yield* this.#pause()
        before--
      }
      this.#step(quote - before)
      if ((quote - before) % 2 === 1) return quote
      i = quote + 1
      if (this.#steps - this.#sliced >= SLICE_STEPS) yield* this.#pause()
    }
  }
}
