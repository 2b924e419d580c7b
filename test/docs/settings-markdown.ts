import { namesOf, variableOf, type Setting } from '../../src/io/config/settings/setting.js'
import { settingGroups, type settingEntries } from '../../src/io/config/settings/settings.js'
import { defaultText } from '../../src/cli/help.js'

type Entry = (typeof settingEntries)[number]

const code = (text: string): string => `\`${text}\``

const HEAD = ['Variable', 'Default', 'Meaning'] as const

const cellsOf = ([key, setting]: Entry): readonly string[] => {
  const variables = namesOf(key, setting).map(variableOf).map(code).join(', ')
  const preset = defaultText(setting)
  const plain = preset === '' || setting.presence.kind !== 'default' || preset.includes(' ')
  return [variables, plain ? preset : code(preset), `${setting.meaning}${notesOf(setting)}`]
}

const notesOf = (setting: Setting<unknown>): string =>
  [
    setting.plain === undefined ? '' : `; also read from ${setting.plain.map(code).join(', ')}`,
    setting.flag === undefined ? '' : ` (flag: ${code(`--${setting.flag}`)})`,
    setting.secret ? ' (no flag)' : '',
    setting.inert ? ' (no effect in this release)' : '',
  ].join('')

/** Columns are aligned in the style of the project's formatter. */
const table = (entries: readonly Entry[]): string => {
  const rows = entries.map(cellsOf)
  const widths = HEAD.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  return [HEAD, widths.map((width) => '-'.repeat(width)), ...rows]
    .map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`)
    .join('\n')
}

/** The settings as Markdown: one heading and one table per group. */
export const settingsMarkdown = (): string =>
  settingGroups.map(({ title, entries }) => `### ${title}\n\n${table(entries)}`).join('\n\n')

const SECTION = /(<!-- settings -->\n)[^]*?(<!-- \/settings -->)/

/** Replaces the part between the `settings` comments of a page. Throws if there are none. */
export const withSettings = (page: string): string => {
  if (!SECTION.test(page)) throw new Error('the page has no <!-- settings --> section')
  return page.replace(
    SECTION,
    (_, open: string, close: string) => `${open}\n${settingsMarkdown()}\n\n${close}`,
  )
}
