import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import type { Preopen } from '../../model/preopen.js'
import { librariesOf } from './libraries.js'
import { codeMounts, dataMounts, readonlyMount } from './mounts.js'

/** A working bubblewrap, found by `findSandbox`. */
export type Sandbox = {
  readonly kind: 'sandbox'
  /** Its absolute path. */
  readonly program: string
  /** Options common to all runtimes. */
  readonly options: readonly string[]
}

const DIRECTORIES = ['/usr/bin', '/bin', '/usr/local/bin']
const PROBE_TIMEOUT_MS = 10_000

/**
 * No network, no other processes, no capabilities, and no way to gain any (bubblewrap sets `no_new_privs` itself). The
 * child is process 1, so no second bubblewrap has to wait for it inside.
 */
const ISOLATED = [
  '--unshare-all',
  '--die-with-parent',
  '--cap-drop',
  'ALL',
  '--as-pid-1',
  '--hostname',
  'proplet',
]
/** User namespaces expose parts of the kernel that a child does not need. Since bubblewrap 0.8. */
const WITHOUT_NAMESPACES = ['--unshare-user', '--disable-userns']

/** Tries bubblewrap; left: why it is unavailable, as a clause after "as". Takes about 50 ms. */
export function findSandbox(directories: readonly string[] = DIRECTORIES): E.Either<string, Sandbox> {
  const program = directories.map((directory) => join(directory, 'bwrap')).find((path) => existsSync(path))
  if (program === undefined) {
    return E.left(`bubblewrap is not installed (there is no bwrap in ${directories.join(', ')})`)
  }
  const mounts = codeMounts(librariesOf(process.execPath))
  const sandbox = (more: readonly string[]): Sandbox => ({
    kind: 'sandbox',
    program,
    options: [...ISOLATED, ...more, ...mounts, '--proc', '/proc'],
  })
  const hardest = sandbox(WITHOUT_NAMESPACES)
  if (problemOf(hardest) === undefined) return E.right(hardest)
  const plain = sandbox([])
  const problem = problemOf(plain)
  return problem === undefined
    ? E.right(plain)
    : E.left(`bubblewrap cannot create a sandbox here: ${problem}`)
}

export type SandboxedChild = {
  readonly preopens: readonly Preopen[]
  readonly binariesDir: string | undefined
  /** Directories of code that it loads in addition to the proplet's. */
  readonly code?: readonly string[]
  readonly infoFd: number
}

/** The command line that runs the following one inside the sandbox, and reports its process ID on `infoFd`. */
export const sandboxCommand = (
  { program, options }: Sandbox,
  { preopens, binariesDir, code = [], infoFd }: SandboxedChild,
): readonly string[] => [
  program,
  ...options,
  ...code.flatMap((path) => readonlyMount(path)),
  ...dataMounts(preopens, binariesDir),
  '--remount-ro',
  '/',
  '--info-fd',
  String(infoFd),
  '--',
]

function problemOf({ program, options }: Sandbox): string | undefined {
  const { error, status, stdout, stderr } = spawnSync(
    program,
    [...options, '--remount-ro', '/', '--', process.execPath, '--version'],
    { env: {}, cwd: '/', encoding: 'utf8', timeout: PROBE_TIMEOUT_MS },
  )
  if (error !== undefined) return error.message
  if (status === 0 && stdout.trim() === process.version) return undefined
  const [first] = stderr.split('\n')
  return first === undefined || first === '' ? `it ended with status ${status ?? 'unknown'}` : first
}
