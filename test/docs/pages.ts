import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { namesOf, variableOf } from '../../src/io/config/settings/setting.js'
import { settingEntries } from '../../src/io/config/settings/settings.js'
import { readPage, type Page } from './markdown.js'

const SKIPPED = new Set(['node_modules', 'dist', 'build', 'coverage', 'built'])

/** Every Markdown page of the repository, by path. */
export const markdownFiles = (folder = '.'): readonly string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory())
      return SKIPPED.has(entry.name) || entry.name.startsWith('.') ? [] : markdownFiles(path)
    return entry.name.endsWith('.md') ? [path] : []
  })

export type Pages = ReadonlyMap<string, Page>

export const loadPages = (): Pages =>
  new Map(markdownFiles().map((path) => [path, readPage(readFileSync(path, 'utf8'))]))

const isExternal = (target: string): boolean => /^[a-z][a-z0-9+.-]*:/i.test(target)

/** The file and anchor that a link points to; undefined for an external link. */
export const resolveLink = (page: string, target: string) => {
  if (isExternal(target)) return undefined
  const [path = '', anchor] = target.split('#')
  return { path: path === '' ? page : normalize(join(dirname(page), decodeURI(path))), anchor }
}

/** Links of a page whose file or anchor does not exist. */
export const brokenLinks = (page: string, { links }: Page, pages: Pages): readonly string[] =>
  links.flatMap((target) => {
    const found = resolveLink(page, target)
    if (found === undefined) return []
    if (!pages.has(found.path) && !existsSync(found.path)) return [`${page}: ${target}: no such file`]
    if (found.anchor === undefined) return []
    return pages.get(found.path)?.anchors.has(found.anchor) === true
      ? []
      : [`${page}: ${target}: no such anchor`]
  })

/** Paths on a page that do not exist. */
export const missingPaths = (page: string, { paths }: Page): readonly string[] =>
  paths.filter((path) => !existsSync(path)).map((path) => `${page}: ${path}: no such file`)

const VARIABLES = settingEntries.flatMap(([key, setting]) => namesOf(key, setting).map(variableOf))

/** Variables in the environment of tasks, which are not settings. */
const OF_TASKS = ['PROPLET_ID']

/** Names of settings on a page that do not exist. */
export const unknownSettings = (page: string, { settings }: Page): readonly string[] =>
  settings
    .filter((name) =>
      name.endsWith('_')
        ? !VARIABLES.some((variable) => variable.startsWith(name))
        : ![...VARIABLES, ...OF_TASKS].includes(name),
    )
    .map((name) => `${page}: ${name}: no such setting`)
