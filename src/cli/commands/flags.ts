import { channelEntries } from '../../io/config/channel.js'
import { flagOf, namesOf, variableOf } from '../../io/config/setting.js'
import { settingEntries } from '../../io/config/settings.js'
import type { CommandSpec } from './spec.js'

const ENTRIES = {
  none: [],
  channel: channelEntries,
  proplet: settingEntries.filter((entry) => !channelEntries.includes(entry)),
  all: settingEntries,
} as const

/** The settings that a command takes as flags, by the names of these. */
export const settingFlags = ({ settings }: Pick<CommandSpec, 'settings'>): readonly string[] =>
  ENTRIES[settings].flatMap(([key, setting]) => (setting.secret ? [] : [flagOf(key, setting)]))

/** Secrets are not accepted as flags, but recognised, so that the error can say why. */
const secretKeys = new Map(
  settingEntries.flatMap(([key, setting]) =>
    setting.secret ? namesOf(key, setting).map((name) => [name.replaceAll('_', '-'), key] as const) : [],
  ),
)

export const secretFlags: readonly string[] = [...secretKeys.keys()]

/** What to say to a flag that would hold a secret; undefined where it would not. */
export const secretProblem = (flag: string): string | undefined => {
  const key = secretKeys.get(flag)
  return key === undefined
    ? undefined
    : `--${flag}: secrets are not accepted on the command line, where other users can read them; expected it in ${variableOf(key)}, or as ${key} in the file`
}
