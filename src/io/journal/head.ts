import { randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Salt } from './frame.js'

const NAME = Buffer.from('propletj')
const VERSION_AT = 8
const SALT_AT = 12
const CHECKSUM_AT = 16
export const HEAD_BYTES = 20
/** Of format 1, which has no checksum. */
const HEAD_BYTES_1 = 16
/** The version of the format that this release writes; it reads no newer one. */
const VERSION = 3

export class JournalVersionError extends Error {
  override readonly name = 'JournalVersionError'
  readonly code = 'ERR_JOURNAL_VERSION'
}

export const createSalt = (): Salt => randomInt(2 ** 32)

const checksumOf = (head: Buffer): number => crc32(head.subarray(0, CHECKSUM_AT))

/** The header of a journal file: its magic, the format version, its salt, and the CRC-32 of these. */
export const headOf = (salt: Salt): Buffer => {
  const head = Buffer.alloc(HEAD_BYTES)
  NAME.copy(head)
  head.writeUInt32LE(VERSION, VERSION_AT)
  head.writeUInt32LE(salt, SALT_AT)
  head.writeUInt32LE(checksumOf(head), CHECKSUM_AT)
  return head
}

export type Head = { readonly salt: Salt; readonly bytes: number }

/**
 * Undefined if it is damaged or incomplete. Throws if a newer release wrote it: every format from 2 on begins
 * with these fields, so that a damaged version is not taken for a newer one.
 */
export const readHead = (file: Buffer): Head | undefined => {
  if (file.length < HEAD_BYTES_1 || NAME.compare(file, 0, NAME.length) !== 0) return undefined
  const version = file.readUInt32LE(VERSION_AT)
  const salt = file.readUInt32LE(SALT_AT)
  if (version === 1) return { salt, bytes: HEAD_BYTES_1 }
  if (file.length < HEAD_BYTES || file.readUInt32LE(CHECKSUM_AT) !== checksumOf(file)) return undefined
  if (version > VERSION)
    throw new JournalVersionError(
      `it was written by a newer release, in format ${version}; this release knows formats up to ${VERSION}`,
    )
  return { salt, bytes: HEAD_BYTES }
}
