import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { builtFile, type Entry } from './entries.js'

const nearest = (directory: string): string => {
  const parent = dirname(directory)
  return existsSync(join(directory, 'package.json')) || parent === directory ? directory : nearest(parent)
}

/** The directory of this package, whether this code runs from `src`, from `dist` or from a bundle in there. */
export const packageRoot = nearest(dirname(fileURLToPath(import.meta.url)))

/** The built file that a process of that kind starts from. */
export const builtEntry = (entry: Entry): string => join(packageRoot, 'dist', builtFile(entry))
