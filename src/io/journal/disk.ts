import { fdatasync, ftruncateSync, writeSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { promisify } from 'node:util'

/** The disk operations of a journal that may fail; tests replace them. */
export type Disk = {
  /** Returns the number of bytes written. */
  readonly write: (fd: number, bytes: Uint8Array, position: number) => number
  readonly truncate: (fd: number, length: number) => void
  readonly sync: (fd: number) => Promise<void>
  /** Makes the names of new files durable. */
  readonly syncDirectory: (path: string) => Promise<void>
}

export const realDisk: Disk = {
  write: (fd, bytes, position) => writeSync(fd, bytes, 0, bytes.length, position),
  truncate: ftruncateSync,
  sync: promisify(fdatasync),
  syncDirectory: async (path) => {
    const directory = await open(path, 'r')
    await directory.sync().finally(() => directory.close())
  },
}
