import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Preopen } from '../../wasi/preview1.js'

/** Where this package is, whether this file runs from `src` or from `dist`. */
const PACKAGE = fileURLToPath(new URL('../../../../', import.meta.url))
const INSIDE = '/proplet'

/** The entry of a child, as it is called in there. */
export const SANDBOXED_ENTRY = join(INSIDE, 'dist/runtime/guest/child.js')

/** The path of the preopen of that number in there: it tells nothing, and is in the way of nothing. */
export const mountPoint = (index: number): string => `/dirs/${index}`

/** Node.js and what a child loads, all of it read-only. */
export function codeMounts(libraries: readonly string[]): readonly string[] {
  const packages = createRequire(join(PACKAGE, 'package.json'))
  const fpTs = dirname(packages.resolve('fp-ts/package.json'))
  return [
    ...readonly(process.execPath),
    ...libraries.flatMap((path) => readonly(resolve(path))),
    ...readonly('/etc/ld.so.cache'),
    ...readonly(join(PACKAGE, 'dist'), join(INSIDE, 'dist')),
    ...readonly(join(PACKAGE, 'package.json'), join(INSIDE, 'package.json')),
    ...readonly(fpTs, join(INSIDE, 'node_modules/fp-ts')),
  ]
}

/** Directories of guests, which have to be there, and the one that binaries come from by path, which may never come to be. */
export function dataMounts(preopens: readonly Preopen[], binariesDir: string | undefined): readonly string[] {
  const dirs = preopens.flatMap(({ hostPath, readonly: isReadonly }, index) => [
    isReadonly ? '--ro-bind' : '--bind',
    hostPath,
    mountPoint(index),
  ])
  return [...(binariesDir === undefined ? [] : readonly(binariesDir)), ...dirs]
}

const readonly = (from: string, to = from): readonly string[] => ['--ro-bind-try', from, to]
