import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { Chunk, Command, Decoded, Rejection } from '../../model/command.js'
import type { InboundMessage } from '../../model/connection.js'
import { atOnce, type Sliced } from '../../model/sliced.js'
import { CHUNK_FIELDS, decodeChunk } from './chunk.js'
import { decode, type DecodeError } from './decode.js'
import { decodeInvoke, INVOKE_FIELDS, invocationTaskOf } from './invoke.js'
import type { Reading } from './outline.js'
import { createReader, type JsonObject } from './read-message.js'
import { decodeStart, START_FIELDS } from './start.js'
import { decodeStop, STOP_FIELDS } from './stop.js'
import { quoted } from './quoted.js'
import { taskOf } from './target.js'
import { filled } from './types.js'

type Kind = Reading & {
  readonly name: string
  readonly decode: (message: JsonObject, json: string) => E.Either<DecodeError, Command | Chunk>
  readonly task: (message: JsonObject) => Rejection['task']
  /** The key that identifies what a malformed message was about. */
  readonly about: string
}

const ABOUT_TASK = { about: 'id', subject: ['id', 'proplet_id', 'broadcast', 'invocation_id'] } as const

const KINDS: ReadonlyMap<string, Kind> = new Map([
  [
    'control/manager/start',
    {
      ...ABOUT_TASK,
      name: 'start command',
      decode: decodeStart,
      task: taskOf,
      fields: START_FIELDS,
      binary: { name: 'file', as: 'text' },
    },
  ],
  [
    'control/manager/stop',
    {
      ...ABOUT_TASK,
      name: 'stop command',
      decode: decodeStop,
      task: taskOf,
      fields: STOP_FIELDS,
      binary: undefined,
    },
  ],
  [
    'control/manager/invoke',
    {
      ...ABOUT_TASK,
      name: 'invoke command',
      decode: decodeInvoke,
      task: invocationTaskOf,
      fields: INVOKE_FIELDS,
      binary: undefined,
    },
  ],
  [
    'registry/server',
    {
      name: 'chunk',
      decode: decodeChunk,
      task: () => undefined,
      fields: CHUNK_FIELDS,
      binary: { name: 'data', as: 'bytes' },
      about: 'app_name',
      subject: ['app_name'],
    },
  ],
])

const subjectOf = (message: JsonObject, key: string): string =>
  pipe(
    decode(filled(2048))(message[key]),
    E.match(
      () => '',
      (value) => ` ${quoted(value)}`,
    ),
  )

type Message = Pick<InboundMessage, 'subtopic' | 'payload'>

export type Decoder = {
  readonly decode: (message: InboundMessage) => Decoded
  /** Decodes a message in slices, before it is delivered; `decode` then returns the result, once. */
  readonly decodeAhead: (subtopic: string, payload: Uint8Array) => Sliced<void>
}

/**
 * Decodes the messages of the subscribed topics. Never throws: an unacceptable message becomes a `Rejection`, whose reason names
 * keys and what was expected, and no value except the ID of the task or the name of the image.
 */
export const createDecoder = (): Decoder => {
  const read = createReader()
  /** Results by the buffer of the payload. */
  const ahead = new WeakMap<ArrayBufferLike, Message & { readonly decoded: Decoded }>()

  function* decodeInSlices({ subtopic, payload }: Message): Sliced<Decoded> {
    const rejected = (reason: string, task?: Rejection['task']): Rejection => ({
      type: 'rejected',
      subtopic,
      reason,
      task,
    })
    const kind = KINDS.get(subtopic)
    if (kind === undefined) return rejected(`unknown topic ${quoted(subtopic)}`)
    const broken = (message: JsonObject, problem: string) =>
      rejected(`malformed ${kind.name}${subjectOf(message, kind.about)}: ${problem}`, kind.task(message))
    const result = yield* read(payload, kind)
    if (E.isLeft(result)) return broken(result.left.message, result.left.problem)
    yield
    const { message, json } = result.right
    const decoded = kind.decode(message, json)
    return E.isLeft(decoded) ? broken(message, decoded.left.message) : decoded.right
  }

  const takeAhead = ({ subtopic, payload }: Message): Decoded | undefined => {
    const known = ahead.get(payload.buffer)
    if (known?.subtopic !== subtopic) return undefined
    const { byteOffset, length } = known.payload
    if (payload.byteOffset !== byteOffset || payload.length !== length) return undefined
    ahead.delete(payload.buffer)
    return known.decoded
  }

  return {
    decode: (message) => takeAhead(message) ?? atOnce(decodeInSlices(message)),
    decodeAhead: function* (subtopic, payload) {
      const decoded = yield* decodeInSlices({ subtopic, payload })
      ahead.set(payload.buffer, { subtopic, payload, decoded })
    },
  }
}
