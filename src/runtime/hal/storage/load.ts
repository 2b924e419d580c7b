import { mkdir, open, readdir, readFile, realpath, rm } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { failure } from '../failure.js'
import { Container, costOf, type Entry } from './container.js'
import { HEADER_MAX_BYTES, overheadOf, readHeader } from './object-file.js'

export const NAME_FILE = 'name'
/** Prefix of files and directories that are being created or removed. */
export const UNFINISHED = 'tmp-'

/**
 * Creates the directory, which no symbolic link may lead out of `root`, and reads its index of containers and
 * objects.
 */
export async function loadContainers(root: string, directory: string): Promise<readonly Container[]> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const expected = join(await realpath(root), relative(resolve(root), directory))
  if ((await realpath(directory)) !== expected)
    throw failure('storage', 'the directory is a symbolic link to another place')
  const containers: Container[] = []
  for (const found of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, found.name)
    if (found.name.startsWith(UNFINISHED)) await rm(path, { recursive: true, force: true })
    else if (found.isDirectory()) containers.push(await loadContainer(path))
  }
  return containers
}

async function loadContainer(directory: string): Promise<Container> {
  const name = await readFile(join(directory, NAME_FILE), 'utf8')
  const entries: (readonly [string, Entry])[] = []
  for (const file of await readdir(directory)) {
    const path = join(directory, file)
    if (file.startsWith(UNFINISHED)) await rm(path, { force: true })
    else if (file !== NAME_FILE) {
      const found = await loadEntry(path)
      if (found !== undefined) entries.push(found)
    }
  }
  return new Container(name, directory, entries)
}

async function loadEntry(path: string): Promise<readonly [string, Entry] | undefined> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_MAX_BYTES), 0, HEADER_MAX_BYTES, 0)
    const header = readHeader(buffer.subarray(0, bytesRead))
    if (header === undefined) return undefined
    const { size } = await file.stat()
    const { key, createdAt } = header
    return [key, { size: Math.max(0, size - overheadOf(header)), createdAt, cost: costOf(size) }]
  } finally {
    await file.close()
  }
}
