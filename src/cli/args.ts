import { parseArgs } from 'node:util'
import * as E from 'fp-ts/lib/Either.js'
import { suggestion } from '../io/config/nearest.js'
import { flagOf, namesOf, variableOf } from '../io/config/setting.js'
import { settingEntries } from '../io/config/settings.js'

export type Args = {
  readonly help: boolean
  readonly version: boolean
  readonly printConfig: boolean
  readonly checkConfig: boolean
  /** The flags of settings, by name without dashes. */
  readonly flags: Readonly<Record<string, string>>
}

const MODES = ['help', 'version', 'print-config', 'check-config'] as const

/** Secrets are not taken as flags, but known, so that the answer can say why. */
const secretFlags = new Map(
  settingEntries.flatMap(([key, setting]) =>
    setting.secret ? namesOf(key, setting).map((name) => [name.replaceAll('_', '-'), key] as const) : [],
  ),
)

const settingFlags = settingEntries.flatMap(([key, setting]) =>
  setting.secret ? [] : [flagOf(key, setting)],
)

type Option = { readonly type: 'boolean' | 'string' }

const options: Record<string, Option> = {}
for (const name of MODES) options[name] = { type: 'boolean' }
for (const name of [...settingFlags, ...secretFlags.keys()]) options[name] = { type: 'string' }

type Token = { readonly kind: string; readonly name?: string; readonly value?: string | undefined }

const printable = (text: string): string => JSON.stringify(text.slice(0, 100))

const problemOf = ({ kind, name, value }: Token): string | undefined => {
  // It is not quoted: it may be the value of a mistyped secret.
  if (kind === 'positional')
    return 'found an argument that belongs to no option; expected only options, see --help'
  if (kind !== 'option' || name === undefined) return undefined
  const secret = secretFlags.get(name)
  if (secret !== undefined) {
    return `--${name}: secrets are not taken from the command line, where other users can read them; expected it in ${variableOf(secret)}, or as ${secret} in the file`
  }
  const option = Object.hasOwn(options, name) ? options[name] : undefined
  if (!option) {
    const candidates = [...MODES, ...settingFlags, ...secretFlags.keys()].map((flag) => `--${flag}`)
    return `found ${printable(`--${name}`)}${suggestion(`--${name}`, candidates)}; expected an option that --help lists`
  }
  if (option.type === 'boolean' && value !== undefined) return `--${name}: expected no value`
  if (option.type === 'string' && value === undefined) return `--${name}: expected a value`
  return undefined
}

/** Reads the command line; on the left is all that is wrong with it. */
export const parseCommandLine = (argv: readonly string[]): E.Either<readonly string[], Args> => {
  const { values, tokens } = parseArgs({ args: [...argv], options, strict: false, tokens: true })
  const problems = tokens.flatMap((token) => problemOf(token) ?? [])
  if (problems.length > 0) return E.left(problems)
  const flags = Object.entries(values).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : [],
  )
  return E.right({
    help: values['help'] === true,
    version: values['version'] === true,
    printConfig: values['print-config'] === true,
    checkConfig: values['check-config'] === true,
    flags: Object.fromEntries(flags),
  })
}
