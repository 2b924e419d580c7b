import { join, resolve } from 'node:path'
import { builtFile } from '../entries.js'
import { packageRoot } from '../package-root.js'
import type { Preopen } from '../../model/preopen.js'

const INSIDE = '/proplet'

/** The path of a child's entry inside the sandbox. */
export const SANDBOXED_ENTRY = join(INSIDE, 'dist', builtFile('guestChild'))

/** The neutral path of a numbered preopen inside the sandbox, which clashes with nothing. */
export const mountPoint = (index: number): string => `/dirs/${index}`

/** Node.js and what a child loads, all read-only. */
export function codeMounts(libraries: readonly string[]): readonly string[] {
  return [
    ...readonlyMount(process.execPath),
    ...libraries.flatMap((path) => readonlyMount(resolve(path))),
    // Needed by WASI to set file times to the nanosecond.
    ...['/usr/bin/touch', '/bin/touch'].flatMap((path) => readonlyMount(path)),
    ...readonlyMount('/etc/ld.so.cache'),
    ...readonlyMount(join(packageRoot, 'dist'), join(INSIDE, 'dist')),
    ...readonlyMount(join(packageRoot, 'package.json'), join(INSIDE, 'package.json')),
  ]
}

/**
 * Directories of guests, which must exist, and the directory of binaries passed by path, which may be created later or
 * never.
 */
export function dataMounts(preopens: readonly Preopen[], binariesDir: string | undefined): readonly string[] {
  const dirs = preopens.flatMap(({ hostPath, readonly: isReadonly }, index) => [
    isReadonly ? '--ro-bind' : '--bind',
    hostPath,
    mountPoint(index),
  ])
  return [...(binariesDir === undefined ? [] : readonlyMount(binariesDir)), ...dirs]
}

export const readonlyMount = (from: string, to = from): readonly string[] => ['--ro-bind-try', from, to]
