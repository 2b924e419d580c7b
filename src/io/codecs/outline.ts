import * as E from 'fp-ts/lib/Either.js'
import type { Sliced } from '../../model/sliced.js'
import { JsonLimitError, JsonWalker, MAX_DEPTH } from '../../net/json/json-walker.js'

/** Maximum total bytes of the fields that are read, except the binary. */
const MAX_FIELD_BYTES = 1024 * 1024
/** Maximum total bytes outside strings in these fields: a long number takes as long to read as many short ones. */
const MAX_BARE_BYTES = 128 * 1024
const MAX_FIELDS = 1024
/** Maximum number of items and members in all fields, at any depth. */
const MAX_VALUES = 8192
/** Maximum bytes of a field that identifies what a refused message was about. */
const MAX_SUBJECT_BYTES = 4096
/** Maximum bytes of a field name as written; a longer one is not read. */
const MAX_KEY_BYTES = 64

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/** The fields to read from a message. */
export type Reading = {
  readonly fields: ReadonlySet<string>
  /** The only field that may be large: a base64 string, which is read either as text or as the bytes that it encodes. */
  readonly binary: { readonly name: string; readonly as: 'text' | 'bytes' } | undefined
  /** Fields that identify what the message is about. */
  readonly subject: readonly string[]
}

/** JSON values as written, by field name. */
export type Values = ReadonlyMap<string, Uint8Array>

export type Outline = {
  readonly values: Values
  /** The content of the binary between its quotes; undefined if it is missing, or has escapes and so is among the values. */
  readonly binary: Uint8Array | undefined
}

export type TooMuch = {
  readonly problem: string
  /** The subject of the message; undefined if the scan did not reach its end. */
  readonly subject: Values | undefined
}

type Field = { readonly value: Uint8Array; readonly count: number; readonly bare: number }

/** Undefined if the field is not read. */
const keyOf = (written: Uint8Array): string | undefined => {
  if (written.length > MAX_KEY_BYTES) return undefined
  const text = Buffer.from(written.buffer, written.byteOffset, written.length).toString()
  if (!text.includes('\\')) return text.slice(1, -1)
  const key = E.tryCatch((): unknown => JSON.parse(text), E.toError)
  return E.isRight(key) && typeof key.right === 'string' ? key.right : undefined
}

/** The fields to read; the last of duplicates wins. Undefined if the text is not JSON. */
function* fieldsOf(
  json: Uint8Array,
  names: ReadonlySet<string>,
): Sliced<ReadonlyMap<string, Field> | undefined> {
  const walker = new JsonWalker(json)
  const fields = new Map<string, Field>()
  yield* walker.take(OPEN_OBJECT)
  if (yield* walker.take(CLOSE_OBJECT)) return (yield* walker.peek()) === -1 ? fields : undefined
  for (let seen = 1; ; seen++) {
    if (seen > MAX_FIELDS) throw new JsonLimitError(`expected at most ${MAX_FIELDS} fields`)
    yield* walker.peek()
    const keyStart = walker.at
    if (!(yield* walker.takeString())) return undefined
    const key = keyOf(json.subarray(keyStart, walker.at))
    if (!(yield* walker.take(COLON))) return undefined
    yield* walker.peek()
    const start = walker.at
    const before = walker.bare
    const count = yield* walker.takeValue(MAX_DEPTH - 1)
    if (walker.at === start) return undefined
    const field = { value: json.subarray(start, walker.at), count, bare: walker.bare - before }
    if (key !== undefined && names.has(key)) fields.set(key, field)
    if (yield* walker.take(COMMA)) continue
    const isEnd = (yield* walker.take(CLOSE_OBJECT)) && (yield* walker.peek()) === -1
    return isEnd ? fields : undefined
  }
}

/** The content of a string without escapes. */
const plainString = (field: Field | undefined): Uint8Array | undefined => {
  if (field?.value[0] !== QUOTE || field.value.at(-1) !== QUOTE) return undefined
  const inside = field.value.subarray(1, -1)
  return inside.includes(BACKSLASH) || inside.includes(QUOTE) ? undefined : inside
}

const excess = (fields: ReadonlyMap<string, Field>): string | undefined => {
  const sums = { bytes: 0, bare: 0, counted: 0 }
  for (const [key, { value, count, bare }] of fields) {
    sums.bytes += value.length
    sums.bare += bare
    sums.counted += count
    if (sums.counted > MAX_VALUES)
      return `${key}: expected at most ${MAX_VALUES} values in all fields together`
    if (sums.bare > MAX_BARE_BYTES)
      return `${key}: expected at most ${MAX_BARE_BYTES} bytes outside strings in all fields together`
    if (sums.bytes > MAX_FIELD_BYTES)
      return `${key}: expected at most ${MAX_FIELD_BYTES} bytes in all fields together`
  }
  return undefined
}

/**
 * The fields of a large message that are read: few enough to be parsed in a few milliseconds, whatever they contain. Other fields
 * are skipped without being checked.
 */
export function* outlineOf(
  json: Uint8Array,
  { fields: names, binary: large, subject }: Reading,
): Sliced<E.Either<TooMuch, Outline>> {
  const tooMuch = (problem: string, subject?: Values) => E.left({ problem, subject })
  try {
    if ((yield* new JsonWalker(json).peek()) !== OPEN_OBJECT) return tooMuch('expected a JSON object')
    const fields = yield* fieldsOf(json, names)
    if (fields === undefined) return tooMuch('expected valid JSON')
    yield
    const binary = large && plainString(fields.get(large.name))
    const rest = new Map([...fields].filter(([key]) => binary === undefined || key !== large?.name))
    const valuesOf = (keep: (key: string, value: Uint8Array) => boolean): Values =>
      new Map([...rest].flatMap(([key, { value }]) => (keep(key, value) ? [[key, value] as const] : [])))
    const problem = excess(rest)
    if (problem === undefined) return E.right({ values: valuesOf(() => true), binary })
    return tooMuch(
      problem,
      valuesOf((key, value) => subject.includes(key) && value.length <= MAX_SUBJECT_BYTES),
    )
  } catch (error) {
    if (error instanceof JsonLimitError) return tooMuch(error.message)
    throw error
  }
}
