import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as t from 'io-ts'

const Manifest = t.type({ name: t.string, version: t.string })

const nearestManifest = (directory: string): string => {
  const file = join(directory, 'package.json')
  const parent = dirname(directory)
  return existsSync(file) || parent === directory ? file : nearestManifest(parent)
}

/** Name and version of this package, from the package.json above this file, wherever it was built to. */
export const packageVersion = (): { readonly name: string; readonly version: string } => {
  const manifest: unknown = JSON.parse(
    readFileSync(nearestManifest(dirname(fileURLToPath(import.meta.url))), 'utf8'),
  )
  if (!Manifest.is(manifest)) throw new Error('the package.json of the proplet has no name and version')
  return { name: manifest.name, version: manifest.version }
}
