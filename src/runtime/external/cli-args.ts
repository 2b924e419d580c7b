import * as E from 'fp-ts/lib/Either.js'
import { quote } from '@proplet/component/units.js'

/** One option of `cli_args` with its value, if any, and its original text. */
export type CliOption = {
  readonly name: string
  readonly value: string | undefined
  readonly texts: readonly string[]
}

/** They give a guest no access to the host; `--addr` and `--port` are checked where they are used. */
const HARMLESS: ReadonlySet<string> = new Set(['--invoke', '--argv0', '--addr', '--port'])
/** Options of wasmtime whose value may be the next argument. */
const WITH_VALUE: ReadonlySet<string> = new Set([
  ...HARMLESS,
  '--codegen',
  '--config',
  '--debug',
  '--dir',
  '--env',
  '--mapdir',
  '--optimize',
  '--preload',
  '--profile',
  '--wasi',
  '--wasm',
  '-C',
  '-D',
  '-O',
  '-S',
  '-W',
])
const OPTION = /^(?:(--[^=]+)(?:=(.*))?|(-[^-])(.+)?)$/s
const EVERYTHING = '*'

/**
 * The options of a task, if they are allowed: harmless ones, and those that the operator allows by name (`--dir`, `-S`)
 * or with one value (`-Shttp`). Anything else is refused, including arguments that are no options, because the runtime
 * would take them for the file to run. `*` allows everything. Left: what is refused, and why.
 */
export function readCliArgs(
  cliArgs: readonly string[],
  allowed: readonly string[],
): E.Either<string, readonly CliOption[]> {
  const allowsEverything = allowed.includes(EVERYTHING)
  const options: CliOption[] = []
  for (let at = 0; at < cliArgs.length; at += 1) {
    const text = cliArgs[at] ?? ''
    const [, long, inline, short, rest] = OPTION.exec(text) ?? []
    const name = long ?? short ?? text
    const next = cliArgs[at + 1]
    const attached = inline ?? rest
    const takesNext = attached === undefined && WITH_VALUE.has(name) && next?.startsWith('-') === false
    const option = takesNext
      ? { name, value: next, texts: [text, next] }
      : { name, value: attached, texts: [text] }
    if (!allowsEverything && !isAllowed(option, allowed)) return E.left(refusal(option))
    if (takesNext) at += 1
    options.push(option)
  }
  return E.right(options)
}

function isAllowed({ name, value }: CliOption, allowed: readonly string[]): boolean {
  if (!OPTION.test(name)) return false
  if (HARMLESS.has(name)) return value !== undefined
  if (allowed.includes(name)) return true
  const separator = name.startsWith('--') ? '=' : ''
  return value !== undefined && value.split(',').every((item) => allowed.includes(name + separator + item))
}

function refusal({ name, value }: CliOption): string {
  if (HARMLESS.has(name) && value === undefined) return `cli_args: ${name}: expected a value`
  return `cli_args: ${quote(name)} is not allowed here; expected ${[...HARMLESS].join(', ')} or a flag that PROPLET_ALLOW_CLI_ARGS lists`
}
