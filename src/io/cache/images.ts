import { createHash } from 'node:crypto'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { decode } from '../codecs/decode.js'
import { filesOf, readText, remove, touch, writeWhole } from './files.js'

/** The binary of an image when it was last fetched. `size`: bytes; `etag`: the entity tag from the server. */
const record = t.intersection([
  t.type({ image: t.string, digest: t.string, size: t.number }),
  t.partial({ etag: t.string }),
])
export type ImageRecord = t.TypeOf<typeof record>

const RECORD = /^[0-9a-f]{64}\.json$/
const MAX_RECORDS = 1024
const MAX_RECORD_BYTES = 16 * 1024

/** An image reference is untrusted, so it must not be part of a path. */
const nameOf = (image: string): string => `${createHash('sha256').update(image).digest('hex')}.json`

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * One record per image; the least recently used ones are deleted first. A damaged or foreign record counts as missing.
 */
export const createImages = (folder: string) => {
  const read = async (image: string): Promise<ImageRecord | undefined> => {
    const text = await readText(join(folder, nameOf(image)), MAX_RECORD_BYTES)
    const decoded = decode(record)(text === undefined ? undefined : parsed(text))
    return E.isRight(decoded) && decoded.right.image === image ? decoded.right : undefined
  }

  const find = async (image: string): Promise<ImageRecord | undefined> => {
    const found = await read(image)
    if (found !== undefined) await touch(join(folder, nameOf(image)))
    return found
  }

  const makeRoom = async (): Promise<void> => {
    const entries = await filesOf(folder, RECORD)
    for (const { name } of entries.slice(0, Math.max(0, entries.length - MAX_RECORDS + 1))) {
      await remove(join(folder, name))
    }
  }

  const keep = async (wanted: ImageRecord, signal: AbortSignal): Promise<void> => {
    const found = await find(wanted.image)
    if (found?.digest === wanted.digest && found.size === wanted.size && found.etag === wanted.etag) return
    const bytes = Buffer.from(JSON.stringify(wanted))
    if (bytes.length > MAX_RECORD_BYTES) return
    await makeRoom()
    await writeWhole(folder, nameOf(wanted.image), [bytes], signal)
  }

  const forget = (image: string): Promise<void> => remove(join(folder, nameOf(image)))

  return { find, keep, forget }
}
