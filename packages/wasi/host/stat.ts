import type { BigIntStats, Dirent } from 'node:fs'

export type FileType =
  'regular' | 'directory' | 'symlink' | 'block' | 'character' | 'fifo' | 'socket' | 'unknown'

/** Attributes of a file. Times are in nanoseconds since 1970, the size is in bytes. */
export type FileStat = {
  readonly device: bigint
  readonly inode: bigint
  readonly type: FileType
  readonly links: bigint
  readonly size: bigint
  readonly accessed: bigint
  readonly modified: bigint
  readonly changed: bigint
}

export function typeOf(entry: BigIntStats | Dirent | Dirent<Buffer>): FileType {
  if (entry.isFile()) return 'regular'
  if (entry.isDirectory()) return 'directory'
  if (entry.isSymbolicLink()) return 'symlink'
  if (entry.isBlockDevice()) return 'block'
  if (entry.isCharacterDevice()) return 'character'
  if (entry.isFIFO()) return 'fifo'
  return entry.isSocket() ? 'socket' : 'unknown'
}

export const toFileStat = (stats: BigIntStats): FileStat => ({
  device: stats.dev,
  inode: stats.ino,
  type: typeOf(stats),
  links: stats.nlink,
  size: stats.size,
  accessed: stats.atimeNs,
  modified: stats.mtimeNs,
  changed: stats.ctimeNs,
})
