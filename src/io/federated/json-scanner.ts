import { advance, beginNumber, isDigit, isWhole, takesDigits, type NumberState } from './json-number.js'

/** The text is not JSON. The message quotes nothing. */
export class JsonError extends Error {
  override readonly name = 'JsonError'
}

const MAX_DEPTH = 256
const MAX_KEY_BYTES = 64
/** Maximum bytes of a member that is kept. */
const MAX_MEMBER_BYTES = 64 * 1024

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const LOWER_U = 0x75

const ESCAPES = new Set(Array.from('"\\/bfnrt', (c) => c.charCodeAt(0)))
const LITERALS: ReadonlyMap<number, string> = new Map([
  [0x74, 'true'],
  [0x66, 'false'],
  [0x6e, 'null'],
])

type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or the end' | 'nothing more'
type Token = 'none' | 'string' | 'escape' | 'unicode' | 'number' | 'literal'

const isSpace = (c: number): boolean => c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09

const isHex = (c: number): boolean =>
  (c >= 0x30 && c <= 0x39) || (c >= 0x41 && c <= 0x46) || (c >= 0x61 && c <= 0x66)

/**
 * Checks incrementally that bytes are one JSON value, so that no step takes long: `JSON.parse` needs a tenth of a
 * second for 10 MB of numbers. Does not check that they are UTF-8.
 */
export class JsonScanner {
  /** The wanted members of the outermost object as text; the last of duplicates wins. */
  readonly members = new Map<string, string>()
  #wanted: ReadonlySet<string>
  #expected: Expected = 'value'
  #token: Token = 'none'
  #number: NumberState = 'minus'
  #literal = ''
  /** The number of characters of a literal, or digits of an escape, that were read. */
  #seen = 0
  #isKey = false
  #isObject = false
  /** By depth: 1 for an object, 0 for an array. */
  readonly #stack = new Uint8Array(MAX_DEPTH + 1)
  #depth = 0
  #key: number[] | undefined
  #member: { readonly name: string; readonly bytes: number[] } | undefined

  constructor(wanted: readonly string[] = []) {
    this.#wanted = new Set(wanted)
  }

  /** Whether the value is an object. */
  get isObject(): boolean {
    return this.#isObject
  }

  /** Scans the next bytes, and moves the significant ones to the front; returns those. Throws a `JsonError`. */
  push(bytes: Uint8Array): Uint8Array {
    let kept = 0
    for (let i = 0; i < bytes.length;) {
      const end = this.#endOfRun(bytes, i)
      if (end > i) {
        if (kept !== i) bytes.copyWithin(kept, i, end)
        if (this.#member !== undefined) for (const c of bytes.subarray(i, end)) this.#capture(c)
        kept += end - i
        i = end
        continue
      }
      const c = bytes[i++] ?? 0
      if (this.#token !== 'none' || !isSpace(c)) this.#take(c)
      // A number ends with the byte after it, which may be white space.
      if (this.#token === 'none' && isSpace(c)) continue
      if (this.#member !== undefined) this.#capture(c)
      bytes[kept++] = c
    }
    return bytes.subarray(0, kept)
  }

  /** Throws a `JsonError` if the value is incomplete. */
  end(): void {
    if (this.#token === 'number') this.#endNumber()
    if (this.#expected !== 'nothing more' || this.#token !== 'none') throw new JsonError('unexpected end')
  }

  /** The end of the bytes from `start` that do not change the state: most of a string or number. */
  #endOfRun(bytes: Uint8Array, start: number): number {
    let end = start
    if (this.#token === 'string' && this.#key === undefined) {
      for (; end < bytes.length; end++) {
        const c = bytes[end] ?? 0
        if (c === QUOTE || c === BACKSLASH || c < 0x20) break
      }
    } else if (this.#token === 'number' && takesDigits(this.#number)) {
      for (; end < bytes.length; end++) if (!isDigit(bytes[end] ?? 0)) break
    }
    return end
  }

  #take(c: number): void {
    switch (this.#token) {
      case 'none':
        this.#begin(c)
        return
      case 'string':
        if (c === QUOTE) this.#endString()
        else {
          if (c < 0x20) throw new JsonError('expected no control character in a string')
          this.#key?.push(c)
          if (this.#key !== undefined && this.#key.length > MAX_KEY_BYTES) this.#key = undefined
          if (c === BACKSLASH) this.#token = 'escape'
        }
        return
      case 'escape':
        if (c !== LOWER_U && !ESCAPES.has(c)) throw new JsonError('found an unknown escape in a string')
        this.#key?.push(c)
        this.#token = c === LOWER_U ? 'unicode' : 'string'
        this.#seen = 0
        return
      case 'unicode':
        if (!isHex(c)) throw new JsonError('found an unknown escape in a string')
        this.#key?.push(c)
        if (++this.#seen === 4) this.#token = 'string'
        return
      case 'number': {
        const next = advance(this.#number, c)
        if (next === undefined) {
          this.#endNumber()
          if (!isSpace(c)) this.#begin(c)
        } else this.#number = next
        return
      }
      case 'literal':
        if (c !== this.#literal.charCodeAt(this.#seen)) throw new JsonError('found an unknown word')
        if (++this.#seen === this.#literal.length) this.#endValue()
    }
  }

  #begin(c: number): void {
    const expected = this.#expected
    if (c === QUOTE && (expected === 'key' || expected === 'key or }')) {
      this.#token = 'string'
      this.#isKey = true
      this.#key = this.#depth === 1 && this.#wanted.size > 0 ? [] : undefined
    } else if (c === CLOSE_OBJECT && (expected === 'key or }' || this.#endsItem(1))) this.#close()
    else if (c === CLOSE_ARRAY && (expected === 'value or ]' || this.#endsItem(0))) this.#close()
    else if (c === COMMA && expected === ', or the end') {
      this.#endMember()
      this.#expected = this.#stack[this.#depth] === 1 ? 'key' : 'value'
    } else if (c === COLON && expected === ':') this.#expected = 'value'
    else if (expected === 'value' || expected === 'value or ]') this.#beginValue(c)
    else throw new JsonError(`expected ${expected}`)
  }

  #endsItem(kind: 0 | 1): boolean {
    return this.#expected === ', or the end' && this.#stack[this.#depth] === kind
  }

  #beginValue(c: number): void {
    if (c === OPEN_ARRAY || c === OPEN_OBJECT) {
      if (this.#depth === 0) this.#isObject = c === OPEN_OBJECT
      if (this.#depth === MAX_DEPTH) throw new JsonError(`expected JSON nested at most ${MAX_DEPTH} deep`)
      this.#stack[++this.#depth] = c === OPEN_OBJECT ? 1 : 0
      this.#expected = c === OPEN_OBJECT ? 'key or }' : 'value or ]'
      return
    }
    const literal = LITERALS.get(c)
    const number = beginNumber(c)
    if (c === QUOTE) {
      this.#token = 'string'
      this.#isKey = false
    } else if (literal !== undefined) {
      this.#token = 'literal'
      this.#literal = literal
      this.#seen = 1
    } else if (number !== undefined) {
      this.#token = 'number'
      this.#number = number
    } else throw new JsonError('expected a value')
  }

  #close(): void {
    if (this.#depth === 1) this.#endMember()
    this.#depth -= 1
    this.#endValue()
  }

  #endNumber(): void {
    if (!isWhole(this.#number)) throw new JsonError('found an incomplete number')
    this.#endValue()
  }

  #endString(): void {
    if (!this.#isKey) {
      this.#endValue()
      return
    }
    this.#token = 'none'
    this.#expected = ':'
    const name = nameOf(this.#key)
    this.#key = undefined
    if (name !== undefined && this.#wanted.has(name)) this.#member = { name, bytes: [] }
  }

  #endValue(): void {
    this.#token = 'none'
    this.#expected = this.#depth === 0 ? 'nothing more' : ', or the end'
  }

  #capture(c: number): void {
    const bytes = this.#member?.bytes
    if (bytes === undefined || bytes.length > MAX_MEMBER_BYTES) return
    bytes.push(c)
  }

  #endMember(): void {
    const member = this.#member
    if (member === undefined || this.#depth !== 1) return
    this.#member = undefined
    this.members.delete(member.name)
    // It begins with the quote of its key and the colon.
    const text = Buffer.from(member.bytes).toString('utf8').replace(/^":/, '')
    if (member.bytes.length <= MAX_MEMBER_BYTES) this.members.set(member.name, text)
  }
}

const nameOf = (key: readonly number[] | undefined): string | undefined => {
  if (key === undefined) return undefined
  const name: unknown = JSON.parse(`"${Buffer.from(key).toString('utf8')}"`)
  return typeof name === 'string' ? name : undefined
}
