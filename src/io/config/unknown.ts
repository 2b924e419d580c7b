import { suggestion } from './nearest.js'
import { printable } from './printable.js'
import type { Section } from './section.js'
import { namesOf, variableOf } from './settings/setting.js'
import { settingEntries } from './settings/settings.js'

const fileKeys = settingEntries.flatMap(([key, setting]) =>
  setting.outsideFile ? [] : namesOf(key, setting),
)
const variables = settingEntries.flatMap(([key, setting]) => namesOf(key, setting).map(variableOf))

/** Warnings for variables that start with `PROPLET_` but are not settings. */
export const unknownVariables = (env: Readonly<Record<string, string | undefined>>): readonly string[] =>
  Object.entries(env)
    .filter(([name, value]) => name.startsWith('PROPLET_') && value !== '' && !variables.includes(name))
    .map(([name]) => `${printable(name)} is not a setting${suggestion(name, variables)}: ignored`)

/** Warnings for keys of the section that are not settings. */
export const unknownKeys = (section: Section): readonly string[] =>
  Object.keys(section.keys)
    .filter((key) => !fileKeys.includes(key))
    .map(
      (key) =>
        `${printable(key)} in ${section.file} [${section.name}] is not a setting${suggestion(key, fileKeys)}: ignored`,
    )
