import type { Config } from '../io/config/config.js'
import { JournalInUseError, JournalVersionError, openJournal, type Journal } from '../io/journal/index.js'
import type { Logger } from '../io/log/log.js'

/** The journal exists but is not ours, so no other directory would help. */
const isForOthers = (error: unknown): boolean =>
  error instanceof Error &&
  (error.cause instanceof JournalInUseError || error.cause instanceof JournalVersionError)

/**
 * Opens the configured journal. Undefined if none is configured, or if the host has no place for the default one.
 * Rejects if an explicitly configured journal is unusable, in use by another proplet, or written by a newer release.
 */
export const openState = async ({ identity, state }: Config, log: Logger): Promise<Journal | undefined> => {
  if (state === undefined) return undefined
  try {
    const journal = await openJournal({
      directory: state.directory,
      identity: [identity.domainId, identity.channelId, identity.clientId],
      maxBytes: state.maxBytes,
      log,
    })
    log.debug({ directory: state.directory, ...journal.stats }, 'Journal opened')
    return journal
  } catch (error) {
    if (state.isRequired || isForOthers(error)) throw error
    log.warn({ err: error }, 'Running without a journal: commands and results are lost when the process ends')
    return undefined
  }
}
