import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../support/fixtures.js'

/** Files of a page of the documentation: a name in backticks and a colon, then the code. */
const FILE = /^`([\w.]+)`:\n\n```\w+\n([^]*?)^```$/gm

/** Writes a project of the files that docs/composing.md shows. */
export const projectIn = (directory: string): string => {
  const page = readFileSync(join(ROOT, 'docs/composing.md'), 'utf8')
  for (const [, name = '', text = ''] of page.matchAll(FILE)) writeFileSync(join(directory, name), text)
  writeFileSync(join(directory, 'package.json'), '{ "name": "composed", "private": true, "type": "module" }')
  return directory
}
