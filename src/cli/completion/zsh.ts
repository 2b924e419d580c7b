import type { Completes, OptionSpec } from '../commands/spec.js'
import { PROGRAMS, programOptions, shellCommands } from './shell-data.js'

/** Escapes a description for `_arguments` within single quotes. */
const described = (text: string): string =>
  text.replaceAll("'", '’').replaceAll(/[[\]\\:]/g, (character) => `\\${character}`)

const action = (completes: Completes | undefined): string => {
  if (completes === undefined) return ' '
  if (completes === 'file') return '_files'
  if (completes === 'directory') return '_files -/'
  return `(${completes.join(' ')})`
}

const argument = ({ name, short, value, meaning, completes, many }: OptionSpec): readonly string[] => {
  const star = many ? '*' : ''
  const tail = value === undefined ? '' : `:${described(value)}:${action(completes)}`
  return [`--${name}`, ...(short === undefined ? [] : [`-${short}`])].map(
    (flag) => `'${star}${flag}[${described(meaning)}]${tail}'`,
  )
}

const call = (options: readonly OptionSpec[], rest: readonly string[]): string =>
  ['_arguments -s', ...options.flatMap(argument), ...rest].join(' \\\n        ')

/** Completion for zsh, to be sourced after compinit, or installed in fpath as _proplet. */
export const zshCompletion = (): string => {
  const names = shellCommands.map(({ name, summary }) => `'${name}:${described(summary)}'`)
  const branches = shellCommands.map(({ name, options, first }) => {
    const rest = first === undefined ? [] : [`'1: :${action(first)}'`]
    return `      ${name})\n        ${call(options, [...rest, "'*: :_files'"])} ;;`
  })
  return `#compdef ${PROGRAMS.join(' ')}
# zsh completion of proplet: source <(proplet completion zsh)
_proplet() {
  local curcontext="$curcontext" state line
  local -a commands
  commands=(
    ${names.join('\n    ')}
  )
  if (( CURRENT > 2 )) && [[ $words[2] != -* ]]; then
    local command=$words[2]
    words=("\${(@)words[2,-1]}")
    (( CURRENT-- ))
    case $command in
${branches.join('\n')}
    esac
  elif [[ $words[CURRENT] != -* ]] && (( CURRENT == 2 )); then
    _describe -t commands command commands
  else
    ${call(programOptions, [])}
  fi
}
if [[ $funcstack[1] == _proplet ]]; then _proplet "$@"; else compdef _proplet ${PROGRAMS.join(' ')}; fi
`
}
