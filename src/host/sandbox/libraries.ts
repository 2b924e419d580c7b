import { spawnSync } from 'node:child_process'

/** Library directories for systems whose loader cannot list libraries (musl), or whose Node.js needs none. */
const DIRECTORIES = ['/lib', '/lib64', '/usr/lib', '/usr/lib64', '/usr/local/lib']
const TIMEOUT_MS = 5000

/**
 * The shared libraries of a program with its loader, under the paths that the loader uses: absolute paths of files, or
 * of directories if the loader cannot list them. Runs only the glibc loader (`LD_TRACE_LOADED_OBJECTS` of ld.so(8)).
 */
export function librariesOf(program: string): readonly string[] {
  const { error, stdout } = spawnSync(program, [], {
    env: { LD_TRACE_LOADED_OBJECTS: '1' },
    stdio: ['ignore', 'pipe', 'ignore'],
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
  })
  const listed = error === undefined ? parseLibraries(stdout) : []
  return listed.length > 0 ? listed : DIRECTORIES
}

/** Lines are `name => path (address)`, or `path (address)` for the loader; libraries from the kernel have no path. */
export const parseLibraries = (text: string): readonly string[] =>
  text.split('\n').flatMap((line) => /^\s*(?:.+ => )?(\/.*) \(0x[0-9a-f]+\)$/.exec(line)?.[1] ?? [])
