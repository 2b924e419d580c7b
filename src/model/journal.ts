import type { Command, Invocation, Rejection } from './command.js'
import type { InboundMessage } from './connection.js'
import type { Publication } from './publication.js'
import type { Result } from './result.js'

/** A command that goes on record: one for this proplet that is carried out, or refused with an answer. */
export type JournaledCommand = Command | (Rejection & { readonly task: NonNullable<Rejection['task']> })

/** A command that an earlier process did not finish. */
export type Unfinished =
  | {
      readonly type: 'interrupted'
      readonly sequence: number
      readonly id: string
      /** Of a latent task, if it was one. */
      readonly invocation: Invocation | undefined
      /** What of its environment tells of a round, if it was of one. */
      readonly env?: Readonly<Record<string, string>> | undefined
      /** A stop had come for it. */
      readonly isStopped: boolean
    }
  /** It is to run: no guest had begun it, or it may run once more. The message has its sequence number. */
  | { readonly type: 'again'; readonly message: InboundMessage }

/**
 * Remembers commands and results, should the process end. Each call is done when it returns. Commands and results are
 * known by their sequence numbers.
 */
export type TaskJournal = {
  /** In order. */
  readonly unfinished: readonly Unfinished[]
  /** Records a command before anything is done about it: its sequence number, undefined where it can't be kept. */
  readonly record: (command: JournaledCommand, message: InboundMessage) => number | undefined
  /** A guest is about to get a command: from here on it may have had effects. */
  readonly begin: (sequence: number) => void
  /** An unfinished command runs once more. */
  readonly rerun: (sequence: number) => void
  /** Records a result; the journal knows its publication until the broker has it. */
  readonly recordResult: (result: Result) => Publication
  /** Nothing is to come of a command any more. */
  readonly close: (sequence: number) => void
  /** The next process runs it again though it had begun. */
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
  /** Taken in and not done with. */
  readonly commands: number
  /** Not acknowledged by the broker, and the bytes of their records. */
  readonly results: number
  readonly resultBytes: number
  /** Of its files. */
  readonly bytes: number
  /** Of what is live in them. */
  readonly liveBytes: number
  /** Writes that failed, commands that were refused for it or for want of room, and results that are in memory only, since the start. */
  readonly failures: number
  readonly refused: number
  readonly unkept: number
  /** Bytes that were damaged or torn when the journal was opened. */
  readonly damagedBytes: number
  /** Files that nothing could be read of, and that were put aside then. */
  readonly damagedFiles: number
}
