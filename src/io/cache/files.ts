import { constants } from 'node:fs'
import { type FileHandle, lstat, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { slicesOf } from '../slices.js'
import { temporaryName } from './temporary.js'
import { codeOf } from '../../model/code-of.js'

export type Entry = {
  readonly name: string
  readonly size: number
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number
}

/** Missing, or a symbolic link; links are never followed. */
const isAbsence = (error: unknown): boolean => ['ENOENT', 'ELOOP', 'EISDIR'].includes(String(codeOf(error)))

const orUndefined = async <T>(promise: Promise<T>): Promise<T | undefined> => {
  try {
    return await promise
  } catch (error) {
    if (isAbsence(error)) return undefined
    throw error
  }
}

// Without O_NONBLOCK, opening a FIFO would wait for its writer.
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

type Visit<T> = (handle: FileHandle, size: number) => Promise<T>

/** Another process replaced the file that was opened. */
const REPLACED = Symbol('replaced')

const visit = async <T>(path: string, use: Visit<T>): Promise<T | typeof REPLACED | undefined> => {
  const handle = await orUndefined(open(path, FLAGS))
  if (handle === undefined) return undefined
  try {
    const found = await handle.stat()
    if (!found.isFile()) return undefined
    return found.nlink === 0 ? REPLACED : await use(handle, found.size)
  } finally {
    await handle.close()
  }
}

/** Opens a regular file for `use`; undefined if there is none. */
const withFile = async <T>(path: string, use: Visit<T>): Promise<T | undefined> => {
  for (let attempt = 0; attempt < 3; attempt++) {
    const result = await visit(path, use)
    if (result !== REPLACED) return result
  }
  return undefined
}

/**
 * Milliseconds. A file marked this recently is not marked again, because checking takes one disk operation and marking
 * takes four. Other processes see it as that much older, and leave it alone for that much less than a minute.
 */
const MARK_VALID_MS = 5000

/** Marks a file as used now, for the order of eviction. Returns its size; undefined if there is no such file. */
export const touch = async (path: string): Promise<number | undefined> => {
  const found = await orUndefined(lstat(path))
  if (found === undefined || !found.isFile()) return undefined
  if (Math.abs(Date.now() - found.mtimeMs) < MARK_VALID_MS) return found.size
  return withFile(path, async (handle, size) => {
    const now = new Date()
    // The time of another user's file, or on a read-only disk, stays as it is: the file only appears less recently
    // used.
    await handle.utimes(now, now).catch(() => undefined)
    return size
  })
}

/** The text of a file of at most `max` bytes; undefined if it is missing or larger. */
export const readText = (path: string, max: number): Promise<string | undefined> =>
  withFile(path, async (handle, size) => (size <= max ? handle.readFile('utf8') : undefined))

/** Writes or replaces a file atomically, even across a power loss. */
export const writeWhole = async (
  directory: string,
  name: string,
  pieces: readonly Uint8Array[],
  signal: AbortSignal,
): Promise<void> => {
  const temporary = join(directory, temporaryName())
  try {
    const handle = await open(temporary, 'wx', 0o600)
    try {
      for (const slice of slicesOf(pieces)) {
        signal.throwIfAborted()
        await handle.writeFile(slice)
      }
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, join(directory, name))
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw error
  }
}

export const remove = (path: string): Promise<void> => rm(path, { force: true })

/** The regular files of a directory with matching names, the least recently used first. */
export const filesOf = async (directory: string, name: RegExp): Promise<readonly Entry[]> => {
  const entries: Entry[] = []
  for (const found of await readdir(directory)) {
    if (!name.test(found)) continue
    const stats = await orUndefined(lstat(join(directory, found)))
    if (stats?.isFile() === true) entries.push({ name: found, size: stats.size, modifiedAt: stats.mtimeMs })
  }
  return entries.sort((a, b) => a.modifiedAt - b.modifiedAt)
}
