import { DirectoryReader } from './directory-reader.js'
import { answer } from './errno.js'
import type { Guest } from './guest.js'
import { DIRENT_BYTES, filetypeOf } from './layout.js'
import type { ReadEntry } from './directory-reader.js'
import { rights } from './rights.js'

const encoder = new TextEncoder()

/** `fd_readdir`. */
export function readdirFunctions({ memory, descriptors }: Guest) {
  return {
    fd_readdir: answer((fd: number, pointer: number, room: number, cookie: bigint, result: number) => {
      const entry = descriptors.directory(fd, rights.fdReaddir)
      memory.check(result, 4)
      const target = memory.bytes(pointer, room)
      const reader = (entry.reader ??= new DirectoryReader(entry.directory))
      let used = 0
      for (let next = BigInt.asUintN(64, cookie); used < target.length; next++) {
        const read = reader.at(next)
        if (read === undefined) break
        used += copyCut(encodeEntry(read, next + 1n), target.subarray(used))
      }
      memory.setU32(result, used)
    }),
  }
}

/** A `dirent` followed by the name. */
function encodeEntry(entry: ReadEntry, next: bigint): Uint8Array {
  const name = encoder.encode(entry.name)
  const bytes = new Uint8Array(DIRENT_BYTES + name.length)
  const view = new DataView(bytes.buffer)
  view.setBigUint64(0, next, true)
  view.setBigUint64(8, entry.inode, true)
  view.setUint32(16, name.length, true)
  view.setUint8(20, filetypeOf(entry.type))
  bytes.set(name, DIRENT_BYTES)
  return bytes
}

function copyCut(source: Uint8Array, target: Uint8Array): number {
  const cut = source.subarray(0, target.length)
  target.set(cut)
  return cut.length
}
