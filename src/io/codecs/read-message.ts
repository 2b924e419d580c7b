import { isAscii } from 'node:buffer'
import { TextDecoder } from 'node:util'
import * as E from 'fp-ts/lib/Either.js'
import type { Sliced } from '../../model/sliced.js'
import { decodeBase64InSlices } from './base64.js'
import { isDeeperThan } from './json.js'
import { MAX_DEPTH } from '../../net/json/json-walker.js'
import { outlineOf, type Reading, type Values } from './outline.js'

export type JsonObject = Readonly<Record<string, unknown>>

/** A message, and the text of an object that contains at least its inputs as written. */
export type Message = { readonly message: JsonObject; readonly json: string }

/** Why a message was not read; `message` contains what is known of it. */
export type Unread = { readonly problem: string; readonly message: JsonObject }

/** Bytes of a message that is parsed as a whole: a millisecond or two, whatever it contains. */
const SMALL = 16 * 1024

const NOT_BASE64 = '\ufffd'.repeat(4)

/** Several times faster than decoding UTF-8; base64 is ASCII. */
const asciiText = ({ buffer, byteOffset, byteLength }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('latin1')

const utf8Text =
  (decoder: TextDecoder) =>
  (payload: Uint8Array): E.Either<string, string> =>
    E.tryCatch(
      () => (isAscii(payload) ? asciiText(payload) : decoder.decode(payload)),
      () => 'expected UTF-8',
    )

/** Error messages of `JSON.parse` quote the text, which may contain secrets. */
const parsed = (json: string): E.Either<string, unknown> =>
  E.tryCatch(
    (): unknown => JSON.parse(json),
    () => 'expected valid JSON',
  )

const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const unread = (problem: string): Unread => ({ problem, message: {} })

const textValue = (bytes: Uint8Array): string => (isAscii(bytes) ? asciiText(bytes) : NOT_BASE64)

/** Reads any message in slices of a few milliseconds at most, using at most three times its size in memory. */
export const createReader = (): ((
  payload: Uint8Array,
  reading: Reading,
) => Sliced<E.Either<Unread, Message>>) => {
  const textOf = utf8Text(new TextDecoder('utf-8', { fatal: true }))

  const readWhole = (payload: Uint8Array): E.Either<Unread, Message> => {
    const text = textOf(payload)
    if (E.isLeft(text)) return E.left(unread(text.left))
    const json = text.right
    if (isDeeperThan(json, MAX_DEPTH)) return E.left(unread(`expected JSON nested at most ${MAX_DEPTH} deep`))
    const value = parsed(json)
    if (E.isLeft(value)) return E.left(unread(value.left))
    const message = value.right
    return isJsonObject(message) ? E.right({ message, json }) : E.left(unread('expected a JSON object'))
  }

  function* readValues(values: Values): Sliced<E.Either<Unread, Message>> {
    const message: Record<string, unknown> = {}
    let inputs = 'null'
    for (const [key, value] of values) {
      yield
      const text = textOf(value)
      const read = E.chain(parsed)(text)
      if (E.isLeft(read)) return E.left(unread(read.left))
      message[key] = read.right
      if (key === 'inputs' && E.isRight(text)) inputs = text.right
    }
    return E.right({ message, json: `{"inputs":${inputs}}` })
  }

  function* readBinary(
    { message, json }: Message,
    { name, as }: NonNullable<Reading['binary']>,
    ascii: Uint8Array,
  ): Sliced<E.Either<Unread, Message>> {
    yield
    if (as === 'text') return E.right({ message: { ...message, [name]: textValue(ascii) }, json })
    return E.bimap(
      (problem: string): Unread => ({ problem: `${name}: ${problem}`, message }),
      (bytes: Uint8Array): Message => ({ message: { ...message, [name]: bytes }, json }),
    )(yield* decodeBase64InSlices(ascii))
  }

  function* readLarge(payload: Uint8Array, reading: Reading): Sliced<E.Either<Unread, Message>> {
    const outline = yield* outlineOf(payload, reading)
    if (E.isLeft(outline)) {
      const { problem, subject } = outline.left
      const about = yield* readValues(subject ?? new Map())
      return E.left(E.isRight(about) ? { problem, message: about.right.message } : unread(problem))
    }
    const { values, binary } = outline.right
    const read = yield* readValues(values)
    if (E.isLeft(read) || reading.binary === undefined || binary === undefined) return read
    return yield* readBinary(read.right, reading.binary, binary)
  }

  return function* (payload, reading) {
    return payload.length <= SMALL ? readWhole(payload) : yield* readLarge(payload, reading)
  }
}
