import type { Registry } from 'prom-client'
import { readCounters, readGauges, type Readings } from './read-figures.js'
import type { JournalStats } from '../../../model/journal.js'
import type { PropletEvents } from '../../../model/proplet-events.js'

const GAUGES: Readings<JournalStats> = {
  proplet_journal_commands: ['Commands taken in and not done with', ({ commands }) => commands],
  proplet_journal_results: ['Results that the broker has not acknowledged', ({ results }) => results],
  proplet_journal_bytes: ['Bytes of the files of the journal', ({ bytes }) => bytes],
  proplet_journal_live_bytes: ['Bytes of what is live in them', ({ liveBytes }) => liveBytes],
}

const COUNTERS: Readings<JournalStats> = {
  proplet_journal_failures_total: ['Writes that failed', ({ failures }) => failures],
  proplet_journal_refused_total: [
    'Commands refused for a failure or for want of room',
    ({ refused }) => refused,
  ],
  proplet_journal_unkept_total: ['Results that are in memory only', ({ unkept }) => unkept],
  proplet_journal_damaged_bytes_total: [
    'Bytes that were damaged or torn when it was opened',
    ({ damagedBytes }) => damagedBytes,
  ],
  proplet_journal_damaged_files_total: [
    'Files that could not be read when it was opened, and were put aside',
    ({ damagedFiles }) => damagedFiles,
  ],
}

/** What the journal holds, from when it is known; without a journal there are no such figures. */
export const journalFigures =
  (registry: Registry) =>
  ({ journal }: PropletEvents): void => {
    if (journal === undefined) return
    readGauges(registry, GAUGES, journal)
    readCounters(registry, COUNTERS, journal)
  }
