import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { makeDirectory } from '../../host/make-directory.js'
import { realDisk, type Disk } from './disk.js'
import { Journal, type JournalParts } from './journal.js'
import { Ledger } from './ledger.js'
import { limitsOf } from './limits.js'
import { lock } from './lock.js'
import { decodeRecord, encodeRecord } from './record.js'
import { recover } from './recover.js'
import type { JournalLog } from './reports.js'
import { Segments } from './segments.js'
import { messageOf } from '../../model/message-of.js'

export type JournalOptions = {
  readonly directory: string
  /** Identifies the proplet: each identity has its own journal in a shared directory. */
  readonly identity: readonly string[]
  /** The size of all files together; see `limitsOf`. */
  readonly maxBytes: number
  readonly log: JournalLog
  readonly disk?: Disk
}

/** A journal cannot be used; the message says why and what to do. */
class JournalError extends Error {
  override readonly name = 'JournalError'
  readonly code = 'ERR_JOURNAL'
}

/** Where the journal of a proplet is. */
export const journalDirectory = (directory: string, identity: readonly string[]): string =>
  join(directory, createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 16))

const makeOurs = (path: string): void => {
  makeDirectory(path)
  const { uid } = statSync(path)
  if (process.getuid !== undefined && uid !== process.getuid()) throw new Error('it belongs to another user')
}

type Damages = JournalParts['damages']

const read = async (segments: Segments, ledger: Ledger, log: JournalLog): Promise<Damages> => {
  let damagedBytes = 0
  let damagedFiles = 0
  let unknown = 0
  await segments.read({
    record: (body, place) => {
      const decoded = decodeRecord(body)
      if (decoded === undefined) unknown += 1
      else ledger.apply(decoded.record, place)
    },
    damage: ({ file, offset, bytes, isAtEnd }) => {
      damagedBytes += bytes
      if (isAtEnd)
        log.warn({ file, offset, bytes }, 'Skipped an incomplete record at the end of a journal file')
      else log.error({ file, offset, bytes }, 'Journal file damaged: the records there are lost')
    },
    unreadable: ({ file, aside, bytes }) => {
      damagedBytes += bytes
      damagedFiles += 1
      log.error({ file, aside, bytes }, 'Journal file set aside: its header is damaged')
    },
  })
  if (unknown > 0) log.error({ records: unknown }, 'Skipped journal records that this release does not know')
  return { damagedBytes, damagedFiles }
}

/**
 * Opens the journal of a proplet, and reads what an earlier process left. Rejects with a `JournalError` if it cannot be
 * used: the directory is not writable, another process uses it, or its format is newer.
 */
export const openJournal = async (options: JournalOptions): Promise<Journal> => {
  const { log, maxBytes, disk = realDisk } = options
  try {
    const directory = journalDirectory(options.directory, options.identity)
    makeOurs(directory)
    const unlock = await lock(directory)
    try {
      const segments = new Segments(directory, limitsOf(maxBytes).segmentBytes, disk)
      const ledger = new Ledger()
      const damages = await read(segments, ledger, log)
      // Detects an unwritable disk now.
      segments.append([encodeRecord({ type: 'opened' })])
      const recovered = await recover({
        ledger,
        segments,
        lost: (what, err) => log.error({ err }, `Failed to read a ${what} from the journal; giving it up`),
      })
      const { unfinished: left, results } = recovered
      if (left.length + results.length > 0)
        log.info(
          { commands: left.length, results: results.length },
          'Recovered commands and results from the journal',
        )
      return new Journal({ segments, ledger, recovered, maxBytes, damages, unlock, log })
    } catch (error) {
      await unlock()
      throw error
    }
  } catch (error) {
    throw new JournalError(
      `the journal in ${options.directory} cannot be used: ${messageOf(error)}; set PROPLET_STATE_DIR to another directory, or to none`,
      { cause: error },
    )
  }
}
