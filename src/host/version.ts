import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as t from 'io-ts'
import { packageRoot } from './package-root.js'

const Manifest = t.type({ name: t.string, version: t.string })

/** Name and version of this package. */
export const packageVersion = (): { readonly name: string; readonly version: string } => {
  const manifest: unknown = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'))
  if (!Manifest.is(manifest)) throw new Error('the package.json of the proplet lacks a name or version')
  return { name: manifest.name, version: manifest.version }
}
