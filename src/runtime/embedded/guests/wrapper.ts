import { execFile } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'

const DIRECTORIES = ['/usr/bin', '/bin', '/usr/sbin', '/sbin', '/usr/local/bin']
const MAX_OPEN_FILES = 4096
const PROBE_TIMEOUT_MS = 5000

/** One byte: no core file is written, nor piped to a program, which a limit of 0 would not prevent. */
const NO_CORE = '--core=1:1'

const TOOLS = [
  { tool: 'setpriv', options: ['--pdeathsig', 'KILL', '--no-new-privs'] },
  { tool: 'prlimit', options: [NO_CORE, `--nofile=${MAX_OPEN_FILES}`] },
] as const

/** The usual result of `findWrapper`, without running the tools. */
export const likelyWrapper = (): string[] =>
  TOOLS.flatMap(({ tool, options }) => {
    const path = locate(tool, DIRECTORIES)
    return path === undefined || basename(realpathSync(path)) === 'busybox' ? [] : [path, ...options]
  })

const locate = (tool: string, directories: readonly string[]): string | undefined =>
  directories.map((directory) => join(directory, tool)).find((file) => existsSync(file))

/**
 * The command line that starts children: they die with the daemon even while they spin, gain no privileges, dump no core and open
 * a bounded number of files. Tools that are missing or lack these options (BusyBox has such a `setpriv`) are left out.
 */
export async function findWrapper(
  directories: readonly string[] = DIRECTORIES,
  tools: readonly (typeof TOOLS)[number]['tool'][] = TOOLS.map(({ tool }) => tool),
): Promise<string[]> {
  const found = await Promise.all(
    TOOLS.filter(({ tool }) => tools.includes(tool)).map(async ({ tool, options }) => {
      const path = locate(tool, directories)
      return path !== undefined && (await works(path, options)) ? [path, ...options] : []
    }),
  )
  return found.flat()
}

async function works(path: string, options: readonly string[]): Promise<boolean> {
  try {
    await promisify(execFile)(path, [...options, path, '--version'], {
      env: {},
      timeout: PROBE_TIMEOUT_MS,
    })
    return true
  } catch {
    return false
  }
}
