import { keepResult, keepWarning, markChanged, type Entry } from './entry.js'
import type { Groups } from './groups.js'
import type { Tails } from './tails.js'
import type { OwnEvent } from './task-index.js'

export type ProgressDeps = {
  readonly groups: Groups
  readonly tails: Tails
  /** Milliseconds on the clock of the steps. */
  readonly now: () => number
}

const hostOf = (address: string): string => (address.includes(':') ? `[${address}]` : address)

/** Applies the events to entries that steps do not cover. */
export const createProgress =
  ({ groups, tails, now }: ProgressDeps) =>
  (entry: Entry, event: OwnEvent): void => {
    switch (event.type) {
      case 'chunk':
      case 'downloading': {
        const { received, total } = event
        entry.progress = total === undefined ? undefined : { received, total }
        break
      }
      case 'serving':
        entry.address = `${hostOf(event.address)}:${event.port}`
        groups.move(entry, 'serving', now())
        break
      case 'announced':
        keepResult(entry, event.results)
        break
      case 'warning':
        keepWarning(entry, event.message)
        break
      case 'output':
        entry.outputBytes += event.data.length
        tails.write(entry.key, event)
        // Only the detail shows it.
        entry.version += 1
        return
      case 'accepted':
      case 'fetching':
      case 'fetched':
      case 'running':
      case 'started':
      case 'precompiled':
      case 'replaced':
      case 'ended':
      case 'provided':
      case 'reported':
      case 'duplicate':
      case 'unknown-stop':
        return
    }
    markChanged(entry)
  }
