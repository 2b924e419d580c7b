import { execFileSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'

const ROOT = join(import.meta.dirname, '../..')
const SOURCES = ['src', 'packages', 'scripts', 'package.json', 'package-lock.json']
/** The last file that the build writes. */
const BUILT = 'dist/THIRD-PARTY-NOTICES.txt'

const modified = (path: string): number => {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat === undefined ? 0 : stat.mtimeMs
}

/** The modification time of a file, or of the newest file in a directory without tests and installed packages. */
const newest = (path: string): number => {
  if (statSync(path).isFile()) return modified(path)
  const names = readdirSync(path).filter((name) => name !== 'test' && name !== 'node_modules')
  return names.reduce((time, name) => Math.max(time, newest(join(path, name))), modified(path))
}

/** Whether `dist` is missing or older than its sources. */
export const isStale = (root: string): boolean =>
  Math.max(...SOURCES.map((path) => newest(join(root, path)))) > modified(join(root, BUILT))

/** Tests that start processes run those in `dist`: builds it unless it is up to date. */
export const setup = (): void => {
  if (isStale(ROOT))
    execFileSync(process.execPath, [join(ROOT, 'scripts/build.mjs')], { cwd: ROOT, stdio: 'inherit' })
}
