import type { Completes, OptionSpec } from '../commands/spec.js'
import { PROGRAMS, programOptions, shellCommands } from './shell-data.js'

const quoted = (text: string): string => `'${text.replaceAll(/['\\]/g, (character) => `\\${character}`)}'`

const values = (completes: Completes | undefined): string => {
  if (completes === undefined) return ' -x'
  if (completes === 'file') return ' -r -F'
  if (completes === 'directory') return " -x -a '(__fish_complete_directories)'"
  return ` -x -a ${quoted(completes.join(' '))}`
}

const optionLine = (
  program: string,
  condition: string,
  { name, short, value, meaning, completes }: OptionSpec,
): string =>
  `complete -c ${program} -n ${quoted(condition)} -l ${name}${short === undefined ? '' : ` -s ${short}`}` +
  `${value === undefined ? '' : values(completes)} -d ${quoted(meaning)}`

const argumentLine = (
  program: string,
  condition: string,
  first: Completes | undefined,
): readonly string[] => {
  if (first === undefined || first === 'directory') return []
  const offered = first === 'file' ? '-F' : `-f -a ${quoted(first.join(' '))}`
  return [`complete -c ${program} -n ${quoted(condition)} ${offered}`]
}

const linesFor = (program: string): readonly string[] => [
  `complete -c ${program} -f`,
  ...shellCommands.map(
    ({ name, summary }) =>
      `complete -c ${program} -n __fish_use_subcommand -f -a ${name} -d ${quoted(summary)}`,
  ),
  ...programOptions.map((option) => optionLine(program, '__fish_use_subcommand', option)),
  ...shellCommands.flatMap(({ name, options, first }) => {
    const condition = `__fish_seen_subcommand_from ${name}`
    return [
      ...argumentLine(program, condition, first),
      ...options.map((option) => optionLine(program, condition, option)),
    ]
  }),
]

/** Completion for fish, for its completions directory. */
export const fishCompletion = (): string =>
  ['# fish completion of proplet', ...PROGRAMS.flatMap(linesFor), ''].join('\n')
