import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as t from 'io-ts'
import type { Chunk } from '../../model/command.js'
import { decodeBase64Strict } from './base64.js'
import { decode, DecodeError } from './decode.js'
import { base64, filled, integer } from './types.js'

const MAX_CHUNKS = 65536

const chunk = t.type(
  {
    app_name: filled(2048),
    chunk_idx: integer('an integer of at least 0', 0, Number.MAX_SAFE_INTEGER),
    total_chunks: integer(`an integer from 1 to ${MAX_CHUNKS}`, 1, MAX_CHUNKS),
    data: base64,
  },
  'an object',
)

export const CHUNK_FIELDS: ReadonlySet<string> = new Set(Object.keys(chunk.props))

export const decodeChunk = (message: Readonly<Record<string, unknown>>): E.Either<DecodeError, Chunk> =>
  pipe(
    decode(chunk)(message),
    E.filterOrElse(
      ({ chunk_idx, total_chunks }) => chunk_idx < total_chunks,
      ({ total_chunks }) =>
        new DecodeError([
          { path: 'chunk_idx', message: `expected less than total_chunks (${total_chunks})` },
        ]),
    ),
    E.chain(({ app_name, chunk_idx, total_chunks, data }) =>
      pipe(
        typeof data === 'string' ? decodeBase64Strict(data) : E.right(data),
        E.bimap(
          (message) => new DecodeError([{ path: 'data', message }]),
          (bytes): Chunk => ({
            type: 'chunk',
            image: app_name,
            index: chunk_idx,
            total: total_chunks,
            data: bytes,
          }),
        ),
      ),
    ),
  )
