// Lets what was built be called by its path, as an installation does for the programs of a package.
import { chmodSync, readFileSync } from 'node:fs'

const root = new URL('../', import.meta.url)
const { bin } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))
for (const file of new Set(Object.values(bin))) chmodSync(new URL(file, root), 0o755)
