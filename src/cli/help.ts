import { flagOf, type Setting } from '../io/config/setting.js'
import { settingEntries } from '../io/config/settings.js'
import { columns } from './columns.js'
import { EXEC_MEANING, EXEC_USAGE } from './exec/usage.js'
import { INSPECT_MEANING, INSPECT_USAGE } from './inspect/args.js'

/** What a setting is when nobody sets it, in a few words. */
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
  const modes = columns([
    ['  --help', 'show this text'],
    ['  --version', 'show name, version and the version of Node.js'],
    ['  --print-config', 'show every setting, its value and where it comes from, and exit'],
    ['  --check-config', 'say whether the configuration is good, and exit'],
  ])
  const flags = columns(
    settingEntries
      .filter(([, setting]) => !setting.secret)
      .map(([key, setting]) => [`  --${flagOf(key, setting)} VALUE`, meaningOf(setting)]),
  )
  return (
    `Usage: ${name} [options]\n       ${name} ${INSPECT_USAGE}\n       ${name} ${EXEC_USAGE}\n\n` +
    `Runs WebAssembly tasks that a Propeller Manager sends over MQTT. ${INSPECT_MEANING}\n${EXEC_MEANING}\n\n${modes}\n` +
    `Settings, each also a variable (--mqtt-address: PROPLET_MQTT_ADDRESS) and a key of the file (mqtt_address).\n` +
    `A flag goes before the environment, that before the file. The client key is taken only from the\n` +
    `environment (PROPLET_CLIENT_KEY) or the file (client_key).\n\n${flags}\n` +
    'Exit codes: 0 done, 64 wrong command line, 65 no good module, 66 file can not be read, 78 wrong configuration.\n'
  )
}
