import type { Completes, OptionSpec } from '../commands/spec.js'
import { PROGRAMS, programOptions, shellCommands } from './shell-data.js'

const flagsOf = (options: readonly OptionSpec[]): string => options.map(({ name }) => `--${name}`).join(' ')

const offer = (completes: Completes | undefined): string => {
  if (completes === undefined) return 'COMPREPLY=()'
  if (completes === 'file') return 'compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur"))'
  if (completes === 'directory')
    return 'compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$cur"))'
  return `COMPREPLY=($(compgen -W '${completes.join(' ')}' -- "$cur"))`
}

const patterns = (options: readonly OptionSpec[]): string =>
  options.flatMap(({ name, short }) => [`--${name}`, ...(short === undefined ? [] : [`-${short}`])]).join('|')

/** Cases for the previous word: an option that takes a value. */
const valueCases = (options: readonly OptionSpec[]): readonly string[] => {
  const taking = options.filter(({ value }) => value !== undefined)
  const files = taking.filter(({ completes }) => completes === 'file')
  const directories = taking.filter(({ completes }) => completes === 'directory')
  const others = taking.filter(({ completes }) => completes === undefined)
  return [
    [files, 'file'] as const,
    [directories, 'directory'] as const,
    [others, undefined] as const,
  ].flatMap(([some, completes]) =>
    some.length === 0 ? [] : [`      ${patterns(some)}) ${offer(completes)}; return ;;`],
  )
}

const branch = (pattern: string, options: readonly OptionSpec[], otherwise: string): string =>
  [
    `    ${pattern})`,
    '      case "$prev" in',
    ...valueCases(options).map((line) => `  ${line}`),
    '      esac',
    `      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '${flagsOf(options)}' -- "$cur"))`,
    `      else ${otherwise}; fi ;;`,
  ].join('\n')

/** Completion for bash 3.2 and newer, without other packages. */
export const bashCompletion = (): string => {
  const names = shellCommands.map(({ name }) => name).join(' ')
  const branches = shellCommands.map(({ name, options, first }) => branch(name, options, offer(first)))
  return `# bash completion of proplet: source <(proplet completion bash)
_proplet() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command=
  if (( COMP_CWORD > 1 )) && [[ \${COMP_WORDS[1]} != -* ]]; then command=\${COMP_WORDS[1]}; fi
  COMPREPLY=()
  case "$command" in
${branch("''", programOptions, `COMPREPLY=($(compgen -W '${names}' -- "$cur"))`)}
${branches.join('\n')}
  esac
}
complete -F _proplet ${PROGRAMS.join(' ')}
`
}
