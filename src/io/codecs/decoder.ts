import { isAscii } from 'node:buffer'
import { TextDecoder } from 'node:util'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { Chunk, Command, Decoded, Rejection } from '../../model/command.js'
import type { InboundMessage } from '../../model/connection.js'
import { decodeChunk } from './chunk.js'
import { decode, type DecodeError } from './decode.js'
import { decodeInvoke, invocationTaskOf } from './invoke.js'
import { isDeeperThan } from './json.js'
import { createShortener } from './long-strings.js'
import { decodeStart } from './start.js'
import { decodeStop } from './stop.js'
import { quoted } from './quoted.js'
import { taskOf } from './target.js'
import { filled } from './types.js'

type JsonObject = Readonly<Record<string, unknown>>

type Kind = {
  readonly name: string
  readonly decode: (message: JsonObject, json: string) => E.Either<DecodeError, Command | Chunk>
  readonly task: (message: JsonObject) => Rejection['task']
  /** The key that says what a broken message was about. */
  readonly subject: string
}

const KINDS: ReadonlyMap<string, Kind> = new Map([
  ['control/manager/start', { name: 'start command', decode: decodeStart, task: taskOf, subject: 'id' }],
  ['control/manager/stop', { name: 'stop command', decode: decodeStop, task: taskOf, subject: 'id' }],
  [
    'control/manager/invoke',
    { name: 'invoke command', decode: decodeInvoke, task: invocationTaskOf, subject: 'id' },
  ],
  ['registry/server', { name: 'chunk', decode: decodeChunk, task: () => undefined, subject: 'app_name' }],
])

const MAX_DEPTH = 256

/** Several times faster than decoding UTF-8; binaries in base64 are ASCII. */
const asciiText = ({ buffer, byteOffset, byteLength }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('latin1')

const utf8Text =
  (decoder: TextDecoder) =>
  (payload: Uint8Array): E.Either<string, string> =>
    E.tryCatch(
      () => (isAscii(payload) ? asciiText(payload) : decoder.decode(payload)),
      () => 'expected UTF-8',
    )

const shallow = (json: string): E.Either<string, string> =>
  isDeeperThan(json, MAX_DEPTH) ? E.left(`expected JSON nested at most ${MAX_DEPTH} deep`) : E.right(json)

/** The messages of `JSON.parse` quote the text, which may hold secrets. */
const parsed = (json: string): E.Either<string, unknown> =>
  E.tryCatch(
    (): unknown => JSON.parse(json),
    () => 'expected valid JSON',
  )

const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const objectOf = (value: unknown): E.Either<string, JsonObject> =>
  isJsonObject(value) ? E.right(value) : E.left('expected a JSON object')

const subjectOf = (message: JsonObject, key: string): string =>
  pipe(
    decode(filled(2048))(message[key]),
    E.match(
      () => '',
      (value) => ` ${quoted(value)}`,
    ),
  )

/**
 * Decodes the messages of the subscribed topics. Never throws: what can't be accepted is a `Rejection`, whose reason names
 * keys and what was expected of them, and never a value other than the id of the task or the name of the image.
 */
export const createDecoder = (): ((message: InboundMessage) => Decoded) => {
  const textOf = utf8Text(new TextDecoder('utf-8', { fatal: true }))
  const shortened = createShortener()
  return ({ subtopic, payload }) => {
    const rejected = (reason: string, task?: Rejection['task']): Rejection => ({
      type: 'rejected',
      subtopic,
      reason,
      task,
    })
    const kind = KINDS.get(subtopic)
    if (kind === undefined) return rejected(`unknown topic ${quoted(subtopic)}`)
    return pipe(
      E.Do,
      E.bind('json', () => E.chain(shallow)(textOf(payload))),
      E.let('short', ({ json }) => shortened(json)),
      E.bind('message', ({ short }) => E.map(short.restore)(E.chain(objectOf)(parsed(short.json)))),
      E.matchW(
        (problem) => rejected(`malformed ${kind.name}: ${problem}`),
        ({ short, message }) =>
          pipe(
            kind.decode(message, short.json),
            E.getOrElseW((error) =>
              rejected(
                `malformed ${kind.name}${subjectOf(message, kind.subject)}: ${error.message}`,
                kind.task(message),
              ),
            ),
          ),
      ),
    )
  }
}
