import type { Ledger } from './ledger.js'
import type { Limits } from './limits.js'
import type { JournalLog } from './reports.js'
import type { Segments } from './segments.js'
import type { Writer } from './writer.js'

/** Shared by the records of commands and of results. */
export type RecordKeeping = {
  readonly segments: Segments
  readonly ledger: Ledger
  readonly writer: Writer
  readonly limits: Limits
  readonly nextSequence: () => number
  readonly log: JournalLog
}
