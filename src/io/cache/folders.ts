import { lstat, mkdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { makeDirectory } from '../../host/make-directory.js'
import { filesOf, remove } from './files.js'
import { isAbandoned, TEMPORARY } from './temporary.js'

/** Absolute paths. */
export type Folders = { readonly blobs: string; readonly images: string }

const makeFolder = async (path: string): Promise<void> => {
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (error) {
    if (!(await lstat(path).catch(() => undefined))?.isDirectory()) throw error
  }
}

const removeAbandoned = async (folder: string): Promise<void> => {
  for (const { name, modifiedAt } of await filesOf(folder, TEMPORARY)) {
    if (isAbandoned(name, modifiedAt)) await remove(join(folder, name))
  }
}

/**
 * Creates the folders of a cache, or finds them, and removes leftovers of a crash. A symbolic link in their place is an
 * error.
 */
export const openFolders = async (dir: string): Promise<Folders> => {
  makeDirectory(dir)
  const root = await realpath(dir)
  const folders = { blobs: join(root, 'blobs', 'sha256'), images: join(root, 'images') }
  for (const path of [join(root, 'blobs'), folders.blobs, folders.images]) await makeFolder(path)
  await removeAbandoned(folders.blobs)
  await removeAbandoned(folders.images)
  return folders
}
