import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { packageRoot } from '../../host/package-root.js'

export type Asset = { readonly body: Buffer; readonly type: string; readonly etag: string }

export type Assets = {
  /** By name, such as `main.js`. */
  readonly files: ReadonlyMap<string, Asset>
  /** Of all assets. */
  readonly hash: string
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

const HASH_LENGTH = 16

const hashOf = (...parts: readonly (string | Buffer)[]): string => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex').slice(0, HASH_LENGTH)
}

const BUILT = pathToFileURL(`${packageRoot}/dist/page/`)

/** Reads the files of the page, which are served from memory. */
export const loadAssets = async (directory = BUILT): Promise<Assets> => {
  const names = (await readdir(directory)).filter((name) => TYPES[extname(name)] !== undefined).sort()
  const files = new Map<string, Asset>()
  for (const name of names) {
    const body = await readFile(new URL(name, directory))
    files.set(name, { body, type: TYPES[extname(name)] ?? '', etag: `"${hashOf(body)}"` })
  }
  return { files, hash: hashOf(...[...files].flatMap(([name, { body }]) => [name, body])) }
}
