import { join, resolve } from 'node:path'
import { ENTRIES } from '../entries.js'
import { packageRoot } from '../package-root.js'
import type { Preopen } from '../../model/preopen.js'

const INSIDE = '/proplet'

/** The entry of a child, as it is called in there. */
export const SANDBOXED_ENTRY = join(INSIDE, 'dist', `${ENTRIES.guestChild}.js`)

/** The neutral path of a numbered preopen inside the sandbox, which clashes with nothing. */
export const mountPoint = (index: number): string => `/dirs/${index}`

/** Node.js and what a child loads, all of it read-only. */
export function codeMounts(libraries: readonly string[]): readonly string[] {
  return [
    ...readonlyMount(process.execPath),
    ...libraries.flatMap((path) => readonlyMount(resolve(path))),
    // What WASI sets the times of files with, to the nanosecond.
    ...['/usr/bin/touch', '/bin/touch'].flatMap((path) => readonlyMount(path)),
    ...readonlyMount('/etc/ld.so.cache'),
    ...readonlyMount(join(packageRoot, 'dist'), join(INSIDE, 'dist')),
    ...readonlyMount(join(packageRoot, 'package.json'), join(INSIDE, 'package.json')),
  ]
}

/** Directories of guests, which have to be there, and the one that binaries come from by path, which may never come to be. */
export function dataMounts(preopens: readonly Preopen[], binariesDir: string | undefined): readonly string[] {
  const dirs = preopens.flatMap(({ hostPath, readonly: isReadonly }, index) => [
    isReadonly ? '--ro-bind' : '--bind',
    hostPath,
    mountPoint(index),
  ])
  return [...(binariesDir === undefined ? [] : readonlyMount(binariesDir)), ...dirs]
}

export const readonlyMount = (from: string, to = from): readonly string[] => ['--ro-bind-try', from, to]
