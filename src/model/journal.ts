import type { Command, Invocation, Rejection } from './command.js'
import type { InboundMessage } from './connection.js'
import type { Publication } from './publication.js'
import type { Result } from './result.js'

/** A command for the journal: one for this proplet that is carried out, or refused with an answer. */
export type JournaledCommand = Command | (Rejection & { readonly task: NonNullable<Rejection['task']> })

/** A command that an earlier process did not finish. */
export type Unfinished =
  | {
      readonly type: 'interrupted'
      readonly sequence: number
      readonly id: string
      /** Set if the command invoked a latent task. */
      readonly invocation: Invocation | undefined
      /** The variables that describe its round, if it belonged to one. */
      readonly env?: Readonly<Record<string, string>> | undefined
      /** Whether a stop had already arrived. */
      readonly isStopped: boolean
    }
  /** It is to run: no guest had begun it, or it may run once more. The message has its sequence number. */
  | { readonly type: 'again'; readonly message: InboundMessage }

/**
 * Keeps commands and results across restarts. Each call is durable when it returns. Commands and results are
 * identified by sequence numbers.
 */
export type TaskJournal = {
  /** In order. */
  readonly unfinished: readonly Unfinished[]
  /** Records a command before anything acts on it. Returns its sequence number; undefined if it can't be stored. */
  readonly record: (command: JournaledCommand, message: InboundMessage) => number | undefined
  /**
   * Records a command that is refused at once only by its result, which is written before the broker receives either
   * acknowledgement.
   */
  readonly refuse: (message: InboundMessage) => number | undefined
  /** Call before a guest gets a command: from then on it may have had effects. */
  readonly begin: (sequence: number) => void
  /** An unfinished command runs once more. */
  readonly rerun: (sequence: number) => void
  /** Records a result; the journal keeps its publication until the broker acknowledges it. */
  readonly recordResult: (result: Result) => Publication
  /** Marks a command as finished. */
  readonly close: (sequence: number) => void
  /** Whether the next process runs it again although it had begun. */
  readonly runsAgain: (sequence: number) => boolean
}

/**
 * The state of the journal, as metrics report it.
 *
 * @example
 * ```ts
 * const isHealthy = ({ failures, damagedBytes }: JournalStats) => failures === 0 && damagedBytes === 0
 * ```
 */
export type JournalStats = {
  /** Why no command can be accepted; undefined if one can. */
  readonly obstacle: string | undefined
  /** Accepted but not finished. */
  readonly commands: number
  /** Not yet acknowledged by the broker, and the size of their records. */
  readonly results: number
  readonly resultBytes: number
  /** Size of its files. */
  readonly bytes: number
  /** Size of the live records in them. */
  readonly liveBytes: number
  /** Writes that failed, commands that were refused for it or for want of room, and results that are in memory only, since the start. */
  readonly failures: number
  readonly refused: number
  readonly unkept: number
  /** Bytes found damaged or torn when the journal was opened. */
  readonly damagedBytes: number
  /** Unreadable files that were set aside then. */
  readonly damagedFiles: number
}
