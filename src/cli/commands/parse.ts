import { parseArgs } from 'node:util'
import * as E from 'fp-ts/lib/Either.js'
import { suggestion } from '../../io/config/nearest.js'
import { secretFlags, secretProblem, settingFlags } from './flags.js'
import { HELP, type ArgumentSpec, type CommandSpec, type OptionSpec } from './spec.js'

/** A parsed command line. */
export type Words = {
  readonly help: boolean
  /** Options without a value. */
  readonly on: ReadonlySet<string>
  /** The last value of an option. */
  readonly value: (name: string) => string | undefined
  /** All values of an option, in order. */
  readonly values: (name: string) => readonly string[]
  readonly args: readonly string[]
  /** The flags of settings, by name without dashes. */
  readonly flags: Readonly<Record<string, string>>
}

type Token = NonNullable<ReturnType<typeof parseArgs>['tokens']>[number]

const printable = (text: string): string => JSON.stringify(text.slice(0, 100))

/** A value that looks like an option probably means that the value was forgotten. */
const looksForgotten = (token: Extract<Token, { kind: 'option' }>, names: readonly string[]): boolean =>
  token.inlineValue === false && token.value.startsWith('--') && names.includes(token.value.slice(2))

const problemOf = (
  token: Token,
  options: ReadonlyMap<string, OptionSpec>,
  hasArguments: boolean,
): string | undefined => {
  if (token.kind === 'option-terminator') return undefined
  if (token.kind === 'positional') {
    // Not quoted, because it may be the value of a mistyped secret.
    return hasArguments
      ? undefined
      : 'found an argument that belongs to no option; expected only options (see --help)'
  }
  const secret = secretProblem(token.name)
  if (secret !== undefined) return secret
  const option = options.get(token.name)
  if (option === undefined) {
    const known = [...options.keys(), ...secretFlags].filter((name) => name.length > 1)
    const near = suggestion(
      token.rawName,
      known.map((name) => `--${name}`),
    )
    return `found ${printable(token.rawName)}${near}; expected an option that --help lists`
  }
  if (option.value === undefined) {
    return token.value === undefined ? undefined : `${token.rawName}: expected no value`
  }
  if (token.value === undefined) return `${token.rawName}: expected a value`
  return looksForgotten(token, [...options.keys()])
    ? `${token.rawName}: found the option ${token.value}; expected a value (or ${token.rawName}=${token.value})`
    : undefined
}

const argumentProblem = (
  { arguments: specs, name }: CommandSpec,
  args: readonly string[],
): string | undefined => {
  const given = args.length
  const empty = specs.findIndex(({ optional }, i) => !optional && args[i] === '')
  if (empty !== -1) return `${name}: found an empty ${specs[empty]?.name ?? ''}; expected a value`
  const least = specs.filter(({ optional }) => !optional).length
  const most = specs.some(({ many }) => many) ? Infinity : specs.length
  if (given >= least && given <= most) return undefined
  return `${name}: found ${given === 0 ? 'no argument' : `${given} arguments`}; expected ${specs.map(argumentText).join(' ')}`
}

export const argumentText = ({ name, optional, many }: ArgumentSpec): string => {
  const text = many ? `${name}…` : name
  return optional ? `[${text}]` : text
}

/** Parses a command line; left: every problem. With `--help` there are none. */
export const parseWords = (
  spec: CommandSpec,
  argv: readonly string[],
): E.Either<readonly string[], Words> => {
  const settings = settingFlags(spec).map((name): OptionSpec => ({ name, value: 'VALUE', meaning: '' }))
  const all = [...spec.options, HELP, ...settings]
  const options = new Map(
    all.flatMap((option) =>
      [option.name, ...(option.short === undefined ? [] : [option.short])].map((name) => [name, option]),
    ),
  )
  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    tokens: true,
    options: Object.fromEntries(
      [...all, ...secretFlags.map((name): OptionSpec => ({ name, value: 'VALUE', meaning: '' }))].map(
        ({ name, short, value }) => [
          name,
          {
            type: value === undefined ? 'boolean' : 'string',
            ...(short !== undefined && { short }),
          } as const,
        ],
      ),
    ),
  })
  const given = tokens.flatMap((token) => (token.kind === 'option' ? [token] : []))
  const args = tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : []))
  const on = new Set(given.flatMap(({ name, value }) => (value === undefined ? [name] : [])))
  const help = on.has('help')
  const found = tokens.flatMap((token) => problemOf(token, options, spec.arguments.length > 0) ?? [])
  const count = help || spec.arguments.length === 0 ? undefined : argumentProblem(spec, args)
  const problems = count === undefined ? found : [...found, count]
  if (problems.length > 0) return E.left(problems)
  const values = (name: string): readonly string[] =>
    given.flatMap((token) => (token.name === name && token.value !== undefined ? [token.value] : []))
  const flags = settings.flatMap(({ name }) => {
    const last = values(name).at(-1)
    return last === undefined ? [] : [[name, last] as const]
  })
  return E.right({
    help,
    on,
    value: (name) => values(name).at(-1),
    values,
    args,
    flags: Object.fromEntries(flags),
  })
}
