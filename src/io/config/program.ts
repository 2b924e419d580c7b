import { delimiter, isAbsolute, join, resolve } from 'node:path'
import type { ConfigFiles } from './files.js'

/** The path of a program, or where it was searched for. */
export type FoundProgram =
  { readonly kind: 'found'; readonly path: string } | { readonly kind: 'missing'; readonly expected: string }

/** Finds a program by its path, or by its name in the directories of `searchPath`, as a shell does. */
export const findProgram = (
  program: string,
  searchPath: string,
  files: Pick<ConfigFiles, 'isExecutable'>,
): FoundProgram => {
  if (program.includes('/')) {
    const path = resolve(program)
    return files.isExecutable(path)
      ? { kind: 'found', path }
      : { kind: 'missing', expected: 'the path of an executable program' }
  }
  const candidates = searchPath
    .split(delimiter)
    .filter((directory) => isAbsolute(directory))
    .map((directory) => join(directory, program))
  const path = candidates.find((candidate) => files.isExecutable(candidate))
  if (path !== undefined) return { kind: 'found', path }
  return {
    kind: 'missing',
    expected: `the path of a program, or the name of one in PATH (${JSON.stringify(searchPath)})`,
  }
}
