import { WitError } from '../preview2/failure.js'
import type { FieldEntry } from './message.js'

/** `header-error` of wasi:http/types. */
export type HeaderError = { readonly tag: 'invalid-syntax' | 'forbidden' | 'immutable' | 'size-exceeded' }

/** Rules that differ between versions of WASI. */
export type FieldRules = {
  readonly value: RegExp
  /** Whether repeated fields use the spelling of the first. */
  readonly keepsFirstCase: boolean
  /** Called if the fields exceed their limits. */
  readonly exceeded: () => never
}

const MAX_FIELDS = 1000
const MAX_BYTES = 64 * 1024
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
/** A visible character, or a byte beyond ASCII, with spaces and tabs between them. */
const TRIMMED = /^(?:[!-~\x80-\xff](?:[\t -~\x80-\xff]*[!-~\x80-\xff])?)?$/

/** Connection-specific fields, which the host sets. */
const FORBIDDEN: ReadonlySet<string> = new Set([
  'connection',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
])

const RULES_0_2: FieldRules = {
  value: TRIMMED,
  keepsFirstCase: false,
  exceeded: () => {
    throw new WebAssembly.RuntimeError(`fields hold at most ${MAX_FIELDS} entries and ${MAX_BYTES} bytes`)
  },
}

export const refuse = (tag: HeaderError['tag']): never => {
  throw new WitError<HeaderError>({ tag }, `header error: ${tag}`)
}

const textOf = (value: Uint8Array): string =>
  Buffer.from(value.buffer, value.byteOffset, value.length).toString('latin1')
const bytesOf = (value: string): Uint8Array => Uint8Array.from(Buffer.from(value, 'latin1'))

/** `fields` of wasi:http/types: names compare without case; order, case and repeats are kept. */
export class Fields {
  readonly #rules: FieldRules
  #entries: FieldEntry[] = []
  #bytes = 0
  #isMutable = true

  constructor(rules = RULES_0_2) {
    this.#rules = rules
  }

  static fromList<T extends Fields>(
    this: new () => T,
    entries: readonly (readonly [string, Uint8Array])[],
  ): T {
    const fields = new this()
    for (const [name, value] of entries) fields.append(name, value)
    return fields
  }

  /** Fields of an incoming message, or of one being sent. */
  static immutable<T extends Fields>(this: new () => T, entries: readonly FieldEntry[]): T {
    const fields = new this()
    fields.#entries = [...entries]
    fields.#bytes = entries.reduce((sum, entry) => sum + sizeOf(entry), 0)
    fields.#isMutable = false
    return fields
  }

  get(name: string): Uint8Array[] {
    return this.#named(name).map(([, value]) => bytesOf(value))
  }

  has(name: string): boolean {
    return this.#named(name).length > 0
  }

  set(name: string, values: readonly Uint8Array[]): void {
    const added = values.map((value) => this.#checked(name, value))
    this.#admit()
    const [entries, bytes] = [this.#entries, this.#bytes]
    try {
      this.#remove(name)
      for (const entry of added) this.#add(entry)
    } catch (error) {
      this.#entries = entries
      this.#bytes = bytes
      throw error
    }
  }

  delete(name: string): void {
    checkName(name)
    this.#admit()
    this.#remove(name)
  }

  getAndDelete(name: string): Uint8Array[] {
    const values = this.get(name)
    this.delete(name)
    return values
  }

  append(name: string, value: Uint8Array): void {
    const entry = this.#checked(name, value)
    this.#admit()
    this.#add(entry)
  }

  entries(): [string, Uint8Array][] {
    return this.#entries.map(([name, value]) => [name, bytesOf(value)])
  }

  clone(): Fields {
    return this.copyInto(new Fields())
  }

  /** Copies into empty fields. */
  protected copyInto<T extends Fields>(fields: T): T {
    fields.#entries = [...this.#entries]
    fields.#bytes = this.#bytes
    return fields
  }

  /** Makes the fields immutable and returns them. */
  static seal(fields: Fields): readonly FieldEntry[] {
    fields.#isMutable = false
    return fields.#entries
  }

  [Symbol.dispose](): void {
    // There is nothing to release.
  }

  #named(name: string): readonly FieldEntry[] {
    const wanted = name.toLowerCase()
    return this.#entries.filter(([each]) => each.toLowerCase() === wanted)
  }

  #checked(name: string, value: Uint8Array): FieldEntry {
    checkName(name)
    const text = textOf(value)
    return this.#rules.value.test(text) ? [name, text] : refuse('invalid-syntax')
  }

  #admit(): void {
    if (!this.#isMutable) refuse('immutable')
  }

  #add([name, value]: FieldEntry): void {
    const { keepsFirstCase, exceeded } = this.#rules
    const [first] = keepsFirstCase ? this.#named(name) : []
    const entry: FieldEntry = [first?.[0] ?? name, value]
    if (this.#entries.length >= MAX_FIELDS || this.#bytes + sizeOf(entry) > MAX_BYTES) exceeded()
    this.#bytes += sizeOf(entry)
    this.#entries.push(entry)
  }

  #remove(name: string): void {
    const wanted = name.toLowerCase()
    this.#entries = this.#entries.filter((entry) => {
      if (entry[0].toLowerCase() !== wanted) return true
      this.#bytes -= sizeOf(entry)
      return false
    })
  }
}

const sizeOf = ([name, value]: FieldEntry): number => name.length + value.length

function checkName(name: string): void {
  if (!NAME.test(name)) refuse('invalid-syntax')
  if (FORBIDDEN.has(name.toLowerCase())) refuse('forbidden')
}
