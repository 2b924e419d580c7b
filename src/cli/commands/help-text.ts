import { columns } from '../../io/terminal/columns.js'
import { argumentText } from './parse.js'
import { HELP, type CommandSpec, type OptionSpec } from './spec.js'

const PROGRAM = 'proplet'
const WIDTH = 96

/** Wraps text to a maximum line length; longer words stay whole. */
const wrapped = (text: string): string => {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line === undefined || line.length + word.length + 1 > WIDTH) lines.push(word)
    else lines[lines.length - 1] = `${line} ${word}`
  }
  return `${lines.join('\n')}\n`
}

const optionText = ({ name, short, value }: OptionSpec): string =>
  `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`

const usageOf = ({ name, arguments: specs, options, settings, usage }: CommandSpec): readonly string[] =>
  usage ?? [
    [
      name,
      ...specs.map(argumentText),
      ...(options.length > 0 || settings !== 'none' ? ['[options]'] : []),
    ].join(' '),
  ]

const SETTINGS = {
  none: '',
  channel:
    'Settings, as flags: --config, --section, --mqtt-address, --domain-id, --channel-id, --client-id and the others ' +
    'of the broker; `proplet --help` has them all. The client key is taken only from PROPLET_CLIENT_KEY or the file.',
  proplet: 'Settings of the proplet are also flags, such as --max-tasks; `proplet --help` has them all.',
  all: 'Every setting is also a flag: `proplet --help` lists them.',
} as const

/** Sorted by number; the others come first. */
const inOrder = (exits: CommandSpec['exits']): CommandSpec['exits'] =>
  [...exits].sort(([a], [b]) => (Number.parseInt(a, 10) || 0) - (Number.parseInt(b, 10) || 0))

const indented = (rows: readonly (readonly string[])[]): string =>
  columns(rows.map(([first = '', ...rest]) => [`  ${first}`, ...rest]))

/** The text of `--help` for a command. */
export const commandHelp = (spec: CommandSpec): string => {
  const usage = usageOf(spec).map((line, i) => `${i === 0 ? 'Usage:' : '      '} ${PROGRAM} ${line}\n`)
  const summary = `${spec.summary.charAt(0).toUpperCase()}${spec.summary.slice(1)}.\n`
  const options = indented([...spec.options, HELP].map((option) => [optionText(option), option.meaning]))
  const examples = spec.examples.map(([line, what]) => [line, what === '' ? '' : `# ${what}`])
  const parts = [
    `${usage.join('')}\n${summary}`,
    `Options:\n${options}`,
    ...(spec.notes ?? []).map(wrapped),
    ...(spec.settings === 'none' ? [] : [wrapped(SETTINGS[spec.settings])]),
    ...(examples.length > 0 ? [`Examples:\n${indented(examples)}`] : []),
    ...(spec.exits.length > 0 ? [`Exit codes:\n${indented(inOrder(spec.exits))}`] : []),
  ]
  return parts.join('\n')
}
