import { channelEntries } from '../../io/config/channel.js'
import { flagOf, namesOf, variableOf } from '../../io/config/settings/setting.js'
import { settingEntries } from '../../io/config/settings/settings.js'
import type { CommandSpec } from './spec.js'

const ENTRIES = {
  none: [],
  channel: channelEntries,
  proplet: settingEntries.filter((entry) => !channelEntries.includes(entry)),
  all: settingEntries,
} as const

/** The flags of settings that a command accepts. */
export const settingFlags = ({ settings }: Pick<CommandSpec, 'settings'>): readonly string[] =>
  ENTRIES[settings].flatMap(([key, setting]) => (setting.secret ? [] : [flagOf(key, setting)]))

/** Flags for secrets are recognised, so that the error can say why they are not accepted. */
const secretKeys = new Map(
  settingEntries.flatMap(([key, setting]) =>
    setting.secret ? namesOf(key, setting).map((name) => [name.replaceAll('_', '-'), key] as const) : [],
  ),
)

export const secretFlags: readonly string[] = [...secretKeys.keys()]

/** The error for a flag that would contain a secret; undefined for other flags. */
export const secretProblem = (flag: string): string | undefined => {
  const key = secretKeys.get(flag)
  return key === undefined
    ? undefined
    : `--${flag}: secrets are not accepted on the command line, where other users can read them; expected it in ${variableOf(key)}, or as ${key} in the file`
}
