import { flagOf, namesOf, variableOf, type Setting } from '../io/config/setting.js'
import { settingEntries } from '../io/config/settings.js'
import { defaultText } from './help.js'

const code = (text: string): string => `\`${text}\``

const cellsOf = (key: string, setting: Setting<unknown>): readonly string[] => {
  const variables = namesOf(key, setting).map(variableOf).map(code).join(', ')
  const preset = defaultText(setting)
  const plain = preset === '' || setting.presence.kind !== 'default' || preset.includes(' ')
  const flag = setting.secret ? 'none' : code(`--${flagOf(key, setting)}`)
  const also = setting.plain === undefined ? '' : `; also ${setting.plain.map(code).join(', ')}`
  const meaning = `${setting.meaning}${also}${setting.inert ? ' (no effect in this release)' : ''}`
  return [variables, flag, plain ? preset : code(preset), meaning]
}

/** The table of settings in the README, its columns aligned as the formatter of the project wants them. */
export const settingsMarkdown = (): string => {
  const head = ['variable', 'flag', 'default', 'meaning']
  const rows = [head, ...settingEntries.map(([key, setting]) => cellsOf(key, setting))]
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = [head, widths.map((width) => '-'.repeat(width)), ...rows.slice(1)]
  return lines
    .map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`)
    .join('\n')
}

const SECTION = /(<!-- settings -->\n)[^]*?(<!-- \/settings -->)/

/** A README with the table put between its `settings` comments; undefined when it has none. */
export const withSettings = (readme: string): string | undefined =>
  SECTION.test(readme)
    ? readme.replace(
        SECTION,
        (_, open: string, close: string) => `${open}\n${settingsMarkdown()}\n\n${close}`,
      )
    : undefined
