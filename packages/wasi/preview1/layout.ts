import type { FileStat, FileType } from '../host/stat.js'
import type { Entry } from './descriptors.js'
import type { GuestMemory } from './memory.js'

/** Sizes in bytes of the structures of wasi/api.h that are written here. */
export const FILESTAT_BYTES = 64
const FDSTAT_BYTES = 24
export const DIRENT_BYTES = 24

/** `__wasi_filetype_t`. It has no value for a FIFO. */
const filetypes: Readonly<Record<FileType, number>> = {
  unknown: 0,
  block: 1,
  character: 2,
  directory: 3,
  regular: 4,
  fifo: 0,
  socket: 6,
  symlink: 7,
}

export const filetypeOf = (type: FileType): number => filetypes[type]

export function writeFilestat(memory: GuestMemory, pointer: number, stat: FileStat): void {
  const at = memory.check(pointer, FILESTAT_BYTES)
  memory.setU64(at, stat.device)
  memory.setU64(at + 8, stat.inode)
  memory.setU64(at + 16, BigInt(filetypeOf(stat.type)))
  memory.setU64(at + 24, stat.links)
  memory.setU64(at + 32, stat.size)
  memory.setU64(at + 40, stat.accessed)
  memory.setU64(at + 48, stat.modified)
  memory.setU64(at + 56, stat.changed)
}

export function writeFdstat(memory: GuestMemory, pointer: number, entry: Entry): void {
  const at = memory.check(pointer, FDSTAT_BYTES)
  memory.setU64(at, 0n)
  memory.setU8(at, filetypeOf(typeOfEntry(entry)))
  memory.setU16(at + 2, entry.flags)
  memory.setU64(at + 8, BigInt(entry.rights))
  memory.setU64(at + 16, BigInt(entry.inheriting))
}

// Guests recognise a terminal by the type `character` without the right to seek. Other standard streams look like pipes.
function typeOfEntry(entry: Entry): FileType {
  if (entry.kind === 'file') return entry.file.type
  if (entry.kind === 'directory') return 'directory'
  return entry.isTerminal ? 'character' : 'unknown'
}
