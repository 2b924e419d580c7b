import type { Registry } from 'prom-client'
import { readCounters, readGauges, type Readings } from './read-figures.js'
import type { JournalStats } from '../../../model/journal.js'
import type { PropletEvents } from '../../../model/proplet-events.js'

const GAUGES: Readings<JournalStats> = {
  proplet_journal_commands: ['Commands accepted and not yet settled', ({ commands }) => commands],
  proplet_journal_results: ['Results not yet acknowledged by the broker', ({ results }) => results],
  proplet_journal_bytes: ['Size of the journal files in bytes', ({ bytes }) => bytes],
  proplet_journal_live_bytes: ['Bytes of live records in the journal files', ({ liveBytes }) => liveBytes],
}

const COUNTERS: Readings<JournalStats> = {
  proplet_journal_failures_total: ['Failed writes', ({ failures }) => failures],
  proplet_journal_refused_total: [
    'Commands refused because the journal failed or was full',
    ({ refused }) => refused,
  ],
  proplet_journal_unkept_total: ['Results kept in memory only', ({ unkept }) => unkept],
  proplet_journal_damaged_bytes_total: [
    'Bytes found damaged or incomplete when the journal was opened',
    ({ damagedBytes }) => damagedBytes,
  ],
  proplet_journal_damaged_files_total: [
    'Unreadable files set aside when the journal was opened',
    ({ damagedFiles }) => damagedFiles,
  ],
}

/** Metrics of the journal, once it is open; there are none without a journal. */
export const journalFigures =
  (registry: Registry) =>
  ({ journal }: PropletEvents): void => {
    if (journal === undefined) return
    readGauges(registry, GAUGES, journal)
    readCounters(registry, COUNTERS, journal)
  }
