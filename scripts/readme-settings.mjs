// Puts the table of settings into README.md, between <!-- settings --> and <!-- /settings -->. Run after a build.
import { readFileSync, writeFileSync } from 'node:fs'
import { withSettings } from '../dist/cli/markdown.js'

const file = new URL('../README.md', import.meta.url)
const readme = withSettings(readFileSync(file, 'utf8'))
if (readme === undefined) throw new Error('README.md has no <!-- settings --> section')
writeFileSync(file, readme)
