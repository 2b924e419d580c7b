import { randomUUID } from 'node:crypto'
import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A directory in memory, often the only writable one of a container; systems other than Linux may have none. */
const SHARED_MEMORY = '/dev/shm'
const NOTHING = new Uint8Array()

/**
 * Opens a new file with this content for reading and writing, at position 0. It has no name, so it is gone once it is closed
 * everywhere. Throws errors of the file system.
 *
 * @example
 * const fd = openUnlinked(Buffer.from('settings for a child'))
 */
export function openUnlinked(content: Uint8Array = NOTHING): number {
  try {
    return openIn(SHARED_MEMORY, content)
  } catch {
    return openIn(tmpdir(), content)
  }
}

function openIn(directory: string, content: Uint8Array): number {
  const path = join(directory, `.proplet-${randomUUID()}`)
  const fd = openSync(path, 'wx+', 0o600)
  try {
    unlinkSync(path)
    writeSync(fd, content, 0, content.length, 0)
    return fd
  } catch (error) {
    closeSync(fd)
    throw error
  }
}
