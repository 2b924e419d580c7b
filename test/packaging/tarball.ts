import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ROOT } from '../support/fixtures.js'

/** Runs a program and returns its standard output; rejects with all of its output if it fails. */
export const run = (
  directory: string,
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): string =>
  execFileSync(program, args, { cwd: directory, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

/** Copies the files in git, like a clone, with links to the installed packages. */
const cloneTo = (directory: string): void => {
  const files = run(ROOT, 'git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard']).split('\0')
  for (const file of files.filter((name) => name !== '' && !name.startsWith('test/'))) {
    mkdirSync(dirname(join(directory, file)), { recursive: true })
    cpSync(join(ROOT, file), join(directory, file))
  }
  mkdirSync(join(directory, 'node_modules/@proplet'), { recursive: true })
  for (const name of readdirSync(join(ROOT, 'node_modules')).filter((each) => each !== '@proplet'))
    symlinkSync(join(ROOT, 'node_modules', name), join(directory, 'node_modules', name))
  for (const name of readdirSync(join(ROOT, 'packages')))
    symlinkSync(join(directory, 'packages', name), join(directory, 'node_modules/@proplet', name))
}

/** Packs a fresh clone without `dist`, and returns the path of the tarball. */
export const packIn = (directory: string): string => {
  const clone = join(directory, 'clone')
  mkdirSync(clone)
  cloneTo(clone)
  run(clone, 'npm', ['pack', '--silent', '--pack-destination', directory])
  const tarball = readdirSync(directory).find((name) => name.endsWith('.tgz'))
  if (tarball === undefined) throw new Error('npm pack left no tarball')
  return join(directory, tarball)
}

/** Installs the tarball with npm, as a user without a checkout does. */
export const install = (directory: string, args: readonly string[]): string =>
  run(directory, 'npm', ['install', '--prefer-offline', '--no-fund', '--no-audit', ...args])
