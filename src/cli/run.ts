import * as E from 'fp-ts/lib/Either.js'
import { nameOfTee } from '../host/tee.js'
import type { Config } from '../io/config/config.js'
import type { LoadedConfig } from '../io/config/loaded-config.js'
import { loadConfig, type LoadOptions } from '../io/config/load.js'
import { packageVersion } from '../host/version.js'
import { parseCommandLine } from './args.js'
import { EXIT } from './output/exits.js'
import { errorLines, warningLines, type Output } from './output/lines.js'
import { configTable } from './print-config.js'

export type CliInput = {
  /** Without the paths of Node.js and of the script. */
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdout: Output
  readonly stderr: Output
  /** Replaces access to this host. */
  readonly host?: Partial<LoadOptions>
}

/**
 * What remains to be done: exit with a code, run a command, or run the daemon. The warnings of `loaded` are not printed
 * yet.
 */
export type CliResult =
  | { readonly kind: 'exit'; readonly code: number }
  /** With the arguments after the command. */
  | { readonly kind: 'command'; readonly word: string; readonly argv: readonly string[] }
  | { readonly kind: 'run'; readonly loaded: LoadedConfig }

/** Commands that are the daemon's own options. */
const DAEMON_WORDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['run', []],
  ['print-config', ['--print-config']],
  ['check-config', ['--check-config']],
  ['version', ['--version']],
])

const exit = (code: number): CliResult => ({ kind: 'exit', code })

/** Handles the command line up to the command or the daemon. */
export const runCli = (input: CliInput): CliResult => {
  const [word = '-', ...rest] = input.argv
  if (word.startsWith('-')) return runOptions(input.argv, input)
  const options = DAEMON_WORDS.get(word)
  return options === undefined || rest.includes('--help') || rest.includes('-h')
    ? { kind: 'command', word, argv: rest }
    : runOptions([...options, ...rest], input)
}

/** Mentions the TEE, if there is one. */
const checked = ({ confidential }: Config): string => {
  const { guest } = confidential.detection
  return guest === undefined
    ? 'configuration ok\n'
    : `configuration ok\nTEE: ${nameOfTee(guest.kind)}, by ${guest.sign}\n`
}

const runOptions = (argv: readonly string[], { env, stdout, stderr, host = {} }: CliInput): CliResult => {
  const args = parseCommandLine(argv)
  if (E.isLeft(args)) {
    stderr.write(errorLines(args.left))
    return exit(EXIT.usage)
  }
  const { help, version, printConfig, checkConfig, flags } = args.right
  if (help) return { kind: 'command', word: 'help', argv: [] }
  if (version) {
    const { name, version: release } = packageVersion()
    stdout.write(`${name} ${release} (Node.js ${process.versions.node})\n`)
    return exit(EXIT.done)
  }
  const loaded = loadConfig({ flags, env }, host)
  if (E.isLeft(loaded)) {
    stderr.write(warningLines(loaded.left.warnings) + errorLines(loaded.left.problems))
    return exit(EXIT.config)
  }
  if (!printConfig && !checkConfig) return { kind: 'run', loaded: loaded.right }
  stderr.write(warningLines(loaded.right.warnings))
  stdout.write(printConfig ? configTable(loaded.right.settings) : checked(loaded.right.config))
  return exit(EXIT.done)
}
