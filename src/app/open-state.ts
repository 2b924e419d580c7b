import type { Config } from '../io/config/config.js'
import { JournalInUseError, JournalVersionError, openJournal, type Journal } from '../io/journal/index.js'
import type { Logger } from '../io/log/log.js'

/** What no other directory would help with: the journal is there, and is not for us. */
const isForOthers = (error: unknown): boolean =>
  error instanceof Error &&
  (error.cause instanceof JournalInUseError || error.cause instanceof JournalVersionError)

/**
 * The journal that the configuration asks for. Undefined: it asks for none, or the host has no room for the one that it
 * has by default. Rejects when one that was asked for can't be used, another proplet uses it, or a newer release has.
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
    log.warn({ err: error }, 'no journal: commands and results are lost with the process')
    return undefined
  }
}
