import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { settingsMarkdown, withSettings } from './settings-markdown.js'
import { settingEntries } from '../../src/io/config/settings/settings.js'
import { variableOf } from '../../src/io/config/settings/setting.js'

// If this fails, `npm run docs:settings` rewrites the page.
it('docs/configuration.md lists the settings as they are', async () => {
  const page = readFileSync('docs/configuration.md', 'utf8')
  await expect(withSettings(page)).toMatchFileSnapshot('../../docs/configuration.md')
})

it('the generated tables have every setting once', () => {
  const rows = settingsMarkdown()
    .split('\n')
    .map((line) => /^\| `(PROPLET_\w+)`/.exec(line)?.[1])
  expect(rows.filter((name) => name !== undefined)).toStrictEqual(
    settingEntries.map(([key]) => variableOf(key)),
  )
})

it('refuses a page without a place for the settings', () => {
  expect(() => withSettings('# Configuration\n')).toThrow('no <!-- settings --> section')
})
