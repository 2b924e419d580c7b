import { namesOf, variableOf, type Setting } from '../io/config/setting.js'
import { settingEntries, type SettingKey } from '../io/config/settings.js'
import { defaultText } from './help.js'

type Entry = (typeof settingEntries)[number]

/** A group begins with the named setting and ends before the next group. */
const GROUPS = {
  config_file: 'Configuration file',
  domain_id: 'Identity',
  mqtt_address: 'Broker',
  log_level: 'Logs, heartbeats, results, shutdown',
  max_tasks: 'Tasks and isolation',
  http_enabled: 'HTTP servers',
  network: 'Network of guests',
  model_registry_url: 'Federated learning',
  cache_dir: 'Cache, journal, downloads',
  description: 'Discovery',
  kbs_uri: 'Runtimes and hardware',
  metrics_enabled: 'Metrics, status page, traces',
} as const satisfies Partial<Record<SettingKey, string>>

const isGroup = (key: string): key is keyof typeof GROUPS => Object.hasOwn(GROUPS, key)

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
export const settingsMarkdown = (): string => {
  const groups: { readonly title: string; readonly entries: Entry[] }[] = []
  for (const entry of settingEntries) {
    const [key] = entry
    if (isGroup(key)) groups.push({ title: GROUPS[key], entries: [] })
    groups.at(-1)?.entries.push(entry)
  }
  return groups.map(({ title, entries }) => `### ${title}\n\n${table(entries)}`).join('\n\n')
}

const SECTION = /(<!-- settings -->\n)[^]*?(<!-- \/settings -->)/

/** Replaces the part between the `settings` comments of a page. Throws if there are none. */
export const withSettings = (page: string): string => {
  if (!SECTION.test(page)) throw new Error('the page has no <!-- settings --> section')
  return page.replace(
    SECTION,
    (_, open: string, close: string) => `${open}\n${settingsMarkdown()}\n\n${close}`,
  )
}
