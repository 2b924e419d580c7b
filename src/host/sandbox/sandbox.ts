import { spawnSync } from 'node:child_process'
import { closeSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { messageOf } from '../../model/message-of.js'
import type { Preopen } from '../../model/preopen.js'
import { openUnlinked } from '../unlinked-file.js'
import { librariesOf } from './libraries.js'
import { socketFilter } from './socket-filter.js'
import { codeMounts, dataMounts, readonlyMount } from './mounts.js'

/** A working bubblewrap, found by `findSandbox`. */
export type Sandbox = {
  readonly kind: 'sandbox'
  /** Its absolute path. */
  readonly program: string
  /** Options common to all runtimes. */
  readonly options: readonly string[]
  /** The seccomp filter for children that are handed connections, see `socketFilter`; undefined if unavailable. */
  readonly socketFilter?: Uint8Array | undefined
}

const DIRECTORIES = ['/usr/bin', '/bin', '/usr/local/bin']
const PROBE_TIMEOUT_MS = 10_000
const PROBE_FILTER_FD = 3

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

/**
 * Tries bubblewrap, as hardened as it can be here, with the socket filter if the kernel accepts it; left: why it is unavailable,
 * as a clause after "as". Takes about 50 ms where the first attempt succeeds.
 */
export function findSandbox(directories: readonly string[] = DIRECTORIES): E.Either<string, Sandbox> {
  const program = directories.map((directory) => join(directory, 'bwrap')).find((path) => existsSync(path))
  if (program === undefined) {
    return E.left(`bubblewrap is not installed (there is no bwrap in ${directories.join(', ')})`)
  }
  const mounts = codeMounts(librariesOf(process.execPath))
  const filter = socketFilter()
  const filters = filter === undefined ? [undefined] : [filter, undefined]
  const attempts = [WITHOUT_NAMESPACES, []].flatMap((more) =>
    filters.map((each): Sandbox => ({
      kind: 'sandbox',
      program,
      options: [...ISOLATED, ...more, ...mounts, '--proc', '/proc'],
      socketFilter: each,
    })),
  )
  let problem = ''
  for (const sandbox of attempts) {
    const found = problemOf(sandbox)
    if (found === undefined) return E.right(sandbox)
    problem = found
  }
  return E.left(`bubblewrap cannot create a sandbox here: ${problem}`)
}

export type SandboxedChild = {
  readonly preopens: readonly Preopen[]
  readonly binariesDir: string | undefined
  /** Directories of code that it loads in addition to the proplet's. */
  readonly code?: readonly string[]
  readonly infoFd: number
  /** The descriptor from which bubblewrap reads the socket filter; undefined to run without one. */
  readonly filterFd?: number | undefined
}

/** The command line that runs the following one inside the sandbox, and reports its process ID on `infoFd`. */
export const sandboxCommand = (
  { program, options }: Sandbox,
  { preopens, binariesDir, code = [], infoFd, filterFd }: SandboxedChild,
): readonly string[] => [
  program,
  ...options,
  ...code.flatMap((path) => readonlyMount(path)),
  ...dataMounts(preopens, binariesDir),
  '--remount-ro',
  '/',
  '--info-fd',
  String(infoFd),
  ...(filterFd === undefined ? [] : ['--seccomp', String(filterFd)]),
  '--',
]

function problemOf(sandbox: Sandbox): string | undefined {
  if (sandbox.socketFilter === undefined) return problemWith(sandbox)
  let fd: number
  try {
    fd = openUnlinked(sandbox.socketFilter)
  } catch (error) {
    return messageOf(error)
  }
  try {
    return problemWith(sandbox, fd)
  } finally {
    closeSync(fd)
  }
}

function problemWith({ program, options }: Sandbox, filterFd?: number): string | undefined {
  const filtered = filterFd === undefined ? [] : ['--seccomp', String(PROBE_FILTER_FD)]
  const { error, status, stdout, stderr } = spawnSync(
    program,
    [...options, ...filtered, '--remount-ro', '/', '--', process.execPath, '--version'],
    {
      env: {},
      cwd: '/',
      encoding: 'utf8',
      timeout: PROBE_TIMEOUT_MS,
      killSignal: 'SIGKILL',
      stdio: ['ignore', 'pipe', 'pipe', filterFd ?? 'ignore'],
    },
  )
  if (error !== undefined) return error.message
  if (status === 0 && stdout.trim() === process.version) return undefined
  const [first] = stderr.split('\n')
  return first === undefined || first === '' ? `it ended with status ${status ?? 'unknown'}` : first
}
