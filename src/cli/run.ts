import * as E from 'fp-ts/lib/Either.js'
import type { LoadedConfig } from '../io/config/config.js'
import { loadConfig, type LoadOptions } from '../io/config/load.js'
import { packageVersion } from '../io/version.js'
import { parseCommandLine } from './args.js'
import { EXEC } from './exec/usage.js'
import { helpText } from './help.js'
import { INSPECT, parseInspect } from './inspect/args.js'
import type { InspectRequest } from './inspect/inspect.js'
import { configTable } from './print-config.js'

/** A wrong command line (EX_USAGE of sysexits). */
export const EXIT_USAGE = 64
/** A wrong configuration (EX_CONFIG of sysexits). */
export const EXIT_CONFIG = 78

type Output = { readonly write: (text: string) => unknown }

export type CliInput = {
  /** Without the names of Node and of the script. */
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdout: Output
  readonly stderr: Output
  /** Stands in for this host. */
  readonly host?: Partial<LoadOptions>
}

/** What is left to do: end with a code, describe or run a file, or run the daemon. Warnings of `loaded` are not yet told. */
export type CliResult =
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'inspect'; readonly request: InspectRequest }
  /** With what follows the word `exec`. */
  | { readonly kind: 'exec'; readonly argv: readonly string[] }
  | { readonly kind: 'run'; readonly loaded: LoadedConfig }

const exit = (code: number): CliResult => ({ kind: 'exit', code })

const lines = (kind: 'error' | 'warning', texts: readonly string[]): string =>
  texts.map((text) => `${kind}: ${text}\n`).join('')

const runInspect = (argv: readonly string[], stderr: Output): CliResult => {
  const request = parseInspect(argv)
  if (E.isRight(request)) return { kind: 'inspect', request: request.right }
  stderr.write(lines('error', request.left))
  return exit(EXIT_USAGE)
}

/** Does what the command line asks for, up to running the daemon. */
export const runCli = ({ argv, env, stdout, stderr, host = {} }: CliInput): CliResult => {
  if (argv[0] === INSPECT) return runInspect(argv.slice(1), stderr)
  if (argv[0] === EXEC) return { kind: 'exec', argv: argv.slice(1) }
  const args = parseCommandLine(argv)
  if (E.isLeft(args)) {
    stderr.write(lines('error', args.left))
    return exit(EXIT_USAGE)
  }
  const { help, version, printConfig, checkConfig, flags } = args.right
  const { name, version: release } = packageVersion()
  if (help) {
    stdout.write(helpText(name))
    return exit(0)
  }
  if (version) {
    stdout.write(`${name} ${release} (Node.js ${process.versions.node})\n`)
    return exit(0)
  }
  const loaded = loadConfig({ flags, env }, host)
  if (E.isLeft(loaded)) {
    stderr.write(lines('warning', loaded.left.warnings) + lines('error', loaded.left.problems))
    return exit(EXIT_CONFIG)
  }
  if (!printConfig && !checkConfig) return { kind: 'run', loaded: loaded.right }
  stderr.write(lines('warning', loaded.right.warnings))
  stdout.write(printConfig ? configTable(loaded.right.settings) : 'configuration ok\n')
  return exit(0)
}
