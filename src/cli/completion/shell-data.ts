import { flagOf } from '../../io/config/settings/setting.js'
import { settingEntries } from '../../io/config/settings/settings.js'
import { settingFlags } from '../commands/flags.js'
import { MODES } from '../commands/run.js'
import { HELP, type CommandSpec, type Completes, type OptionSpec } from '../commands/spec.js'
import { commands } from '../commands/table.js'

/** The names of the program. */
export const PROGRAMS = ['proplet', 'propeller-proplet'] as const

export type ShellCommand = {
  readonly name: string
  readonly summary: string
  /** Its own options, and those of settings. */
  readonly options: readonly OptionSpec[]
  /** Completion for its first argument; undefined if nothing is known. */
  readonly first: Completes | undefined
}

const FILES = /(?:^|_)(?:file|cert|key|path|dir|config)$/

/** The flags of settings as options of a command. */
const settingOptions = (spec: Pick<CommandSpec, 'settings'>): readonly OptionSpec[] => {
  const names = new Set(settingFlags(spec))
  return settingEntries
    .map(([key, setting]) => ({ key, setting, name: flagOf(key, setting) }))
    .filter(({ name }) => names.has(name))
    .map(({ key, setting, name }): OptionSpec => {
      const completes = key === 'cache_dir' ? 'directory' : FILES.test(key) ? 'file' : undefined
      return { name, value: 'VALUE', meaning: setting.meaning, ...(completes && { completes }) }
    })
}

const commandNames = commands.map(({ name }) => name)

const toShell = (spec: CommandSpec): ShellCommand => {
  const [argument] = spec.arguments
  return {
    name: spec.name,
    summary: spec.summary,
    options: [...spec.options, HELP, ...settingOptions(spec)],
    first: spec.name === 'help' ? commandNames : argument?.completes,
  }
}

export const shellCommands: readonly ShellCommand[] = commands.map(toShell)

/** Options before, or instead of, a command. */
export const programOptions: readonly OptionSpec[] = [
  ...Object.values(MODES),
  ...settingOptions({ settings: 'all' }),
]
