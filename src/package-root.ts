import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const nearest = (directory: string): string => {
  const parent = dirname(directory)
  return existsSync(join(directory, 'package.json')) || parent === directory ? directory : nearest(parent)
}

/** The directory of this package, whether this code runs from `src`, from `dist` or from a bundle in there. */
export const packageRoot = nearest(dirname(fileURLToPath(import.meta.url)))

/** What the build made of a module, by its path in `src` without extension: a process of its own starts without a compiler. */
export const builtEntry = (module: string): string => join(packageRoot, 'dist', `${module}.js`)
