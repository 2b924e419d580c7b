import * as E from 'fp-ts/lib/Either.js'
import { parseWords, type Words } from './commands/parse.js'
import { MODES, RUN } from './commands/run.js'

export type Args = {
  readonly help: boolean
  readonly version: boolean
  readonly printConfig: boolean
  readonly checkConfig: boolean
  /** The flags of settings, by name without dashes. */
  readonly flags: Readonly<Record<string, string>>
}

const PROGRAM = { ...RUN, options: [...RUN.options, MODES.version] }

/** Parses the command line of the daemon; on the left, every problem. */
export const parseCommandLine = (argv: readonly string[]): E.Either<readonly string[], Args> =>
  E.map(({ on, help, flags }: Words) => ({
    help,
    version: on.has('version'),
    printConfig: on.has('print-config'),
    checkConfig: on.has('check-config'),
    flags,
  }))(parseWords(PROGRAM, argv))
