import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../support/fixtures.js'

/** A file on a documentation page: its name in backticks and a colon, then the code. */
const FILE = /^`([\w.]+)`:\n\n```\w+\n([^]*?)^```$/gm

/** Creates a project with the files that docs/composing.md shows. */
export const projectIn = (directory: string): string => {
  const page = readFileSync(join(ROOT, 'docs/composing.md'), 'utf8')
  for (const [, name = '', text = ''] of page.matchAll(FILE)) writeFileSync(join(directory, name), text)
  writeFileSync(join(directory, 'package.json'), '{ "name": "composed", "private": true, "type": "module" }')
  return directory
}
