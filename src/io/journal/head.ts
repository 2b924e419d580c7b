import { randomInt } from 'node:crypto'
import type { Salt } from './frame.js'

const NAME = Buffer.from('propletj')
export const HEAD_BYTES = 16
/** The version of the format that this release writes; it reads no newer one. */
export const VERSION = 1

export class JournalVersionError extends Error {
  override readonly name = 'JournalVersionError'
  readonly code = 'ERR_JOURNAL_VERSION'
}

export const createSalt = (): Salt => randomInt(2 ** 32)

/** What a file of a journal begins with: its name, the version of its format, and its salt. */
export const headOf = (salt: Salt): Buffer => {
  const head = Buffer.alloc(HEAD_BYTES)
  NAME.copy(head)
  head.writeUInt32LE(VERSION, 8)
  head.writeUInt32LE(salt, 12)
  return head
}

/** Undefined: it is damaged, or was never finished. Throws when a newer release wrote it. */
export const saltOf = (bytes: Buffer): Salt | undefined => {
  if (bytes.length < HEAD_BYTES || NAME.compare(bytes, 0, NAME.length) !== 0) return undefined
  const version = bytes.readUInt32LE(8)
  if (version > VERSION)
    throw new JournalVersionError(
      `it was written by a newer release, in format ${version}; this release knows formats up to ${VERSION}`,
    )
  return bytes.readUInt32LE(12)
}
