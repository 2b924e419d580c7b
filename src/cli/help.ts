import { flagOf, type Setting } from '../io/config/settings/setting.js'
import { settingEntries } from '../io/config/settings/settings.js'
import { columns } from '../io/terminal/columns.js'
import { MODES } from './commands/run.js'
import type { OptionSpec } from './commands/spec.js'
import { commands } from './commands/table.js'

/** A short description of a setting's default. */
export const defaultText = ({ presence }: Setting<unknown>): string => {
  switch (presence.kind) {
    case 'required':
      return 'required'
    case 'optional':
      return ''
    case 'default':
      return presence.shown
  }
}

const meaningOf = (setting: Setting<unknown>): string => {
  const preset = defaultText(setting)
  const notes = [
    setting.plain === undefined ? '' : ` (also ${setting.plain.join(', ')})`,
    preset === '' ? '' : ` (${preset})`,
    setting.inert ? ' [no effect in this release]' : '',
  ]
  return `${setting.meaning}${notes.join('')}`
}

/** The text of `--help`. */
export const helpText = (name: string): string => {
  const words = columns(commands.map((command) => [`  ${command.name}`, command.summary]))
  const modes = columns(Object.values(MODES).map((mode: OptionSpec) => [`  --${mode.name}`, mode.meaning]))
  const flags = columns(
    settingEntries
      .filter(([, setting]) => !setting.secret)
      .map(([key, setting]) => [`  --${flagOf(key, setting)} VALUE`, meaningOf(setting)]),
  )
  return (
    `Usage: ${name} [options]\n       ${name} COMMAND [options]\n\n` +
    `Runs WebAssembly tasks that a Propeller Manager sends over MQTT.\n\n` +
    `Commands (each has a --help of its own, with examples):\n${words}\n${modes}\n` +
    `Settings, each also a variable (--mqtt-address: PROPLET_MQTT_ADDRESS) and a key of the file (mqtt_address).\n` +
    `Flags take precedence over the environment, and that over the file. The client key is taken only from the\n` +
    `environment (PROPLET_CLIENT_KEY) or the file (client_key).\n\n${flags}\n` +
    'Exit codes: 0 done, 1 failed, 64 wrong command line, 65 not a valid module, 66 unreadable file,\n' +
    '69 no connection to the broker, 75 no answer in time, 78 wrong configuration.\n'
  )
}
