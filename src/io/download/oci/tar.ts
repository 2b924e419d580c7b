import { Readable } from 'node:stream'
import { extract, type Entry } from 'tar-stream'
import { messageOf } from '../../../model/message-of.js'
import { toError } from '../../../model/to-error.js'

/** The data is not a tar, or exceeds a limit. */
export class TarError extends Error {
  override readonly name = 'TarError'
  readonly code = 'tar'
}

/** A regular file; its name is untrusted, and never used as a path. */
export type TarFile = { readonly name: string; readonly size: number }

const BLOCK = 512
const MAX_ENTRIES = 100_000
/** Maximum bytes of names and attributes outside headers, which the reader holds in memory. */
const MAX_EXTENSION_BYTES = 256 * 1024

const isFile = ({ header }: Entry): boolean =>
  header.type === 'file' || header.type === 'contiguous-file' || header.type === undefined

const padded = (size: number): number => Math.ceil(size / BLOCK) * BLOCK

/** Feeds the reader; while it has no entry, only as much as headers need. */
const createFeed = (pieces: AsyncIterable<Uint8Array>) => {
  let unaccounted = 0
  let fault: Error | undefined
  return {
    /** Why the pieces ended early, if they did. */
    fault: () => fault,
    account: (size: number) => {
      unaccounted -= BLOCK + padded(size)
    },
    async *pieces(): AsyncGenerator<Uint8Array, void> {
      try {
        for await (const piece of pieces) {
          if (unaccounted > MAX_EXTENSION_BYTES) throw new TarError('a name is too long')
          unaccounted += piece.length
          yield piece
        }
      } catch (error) {
        fault = toError(error)
        throw error
      }
    },
  }
}

const sizeOf = ({ header }: Entry): number => {
  const { size = 0 } = header
  if (!Number.isSafeInteger(size) || size < 0) throw new TarError('a header with a malformed number')
  return size
}

/** The reader's messages for invalid data. */
const malformed = (error: unknown): TarError =>
  error instanceof TarError ? error : new TarError(messageOf(error), { cause: error })

type Visit = (file: TarFile, body: AsyncIterable<Uint8Array>) => Promise<void>

/** Passes an entry on if it is a file, and skips what the visitor left unread, so that the next entry follows. */
const show = async (entry: Entry, size: number, visit: Visit): Promise<void> => {
  const pieces: AsyncIterator<unknown, unknown> = entry[Symbol.asyncIterator]()
  const body = async function* (): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      const { done, value } = await pieces.next().catch((error: unknown) => {
        throw malformed(error)
      })
      if (done === true) return
      if (value instanceof Uint8Array) yield value
    }
  }
  if (isFile(entry)) await visit({ name: entry.header.name, size }, body())
  while ((await pieces.next()).done !== true);
}

/**
 * Passes each regular file of a tar (ustar, pax, GNU) to `visit` in order, which may read its body. Nothing is written,
 * and only headers and one piece are in memory. Rejects with a `TarError`, or with the error of `pieces`.
 */
export const readTar = async (pieces: AsyncIterable<Uint8Array>, visit: Visit): Promise<void> => {
  const feed = createFeed(pieces)
  const source = Readable.from(feed.pieces())
  const reader = extract()
  source.once('error', (error) => reader.destroy(error))
  let visited: Error | undefined
  try {
    let entries = 0
    for await (const entry of source.pipe(reader)) {
      if (++entries > MAX_ENTRIES) throw new TarError(`more than ${MAX_ENTRIES} entries`)
      const size = sizeOf(entry)
      feed.account(size)
      await show(entry, size, (file, body) =>
        visit(file, body).catch((error: unknown) => {
          visited = toError(error)
          throw error
        }),
      )
    }
  } catch (error) {
    throw feed.fault() ?? visited ?? malformed(error)
  } finally {
    source.destroy()
  }
}
