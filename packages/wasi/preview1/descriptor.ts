import { HostError } from '../host/errors.js'
import type { Entry } from './descriptors.js'
import { answer } from './errno.js'
import { checkFdflags, newTimes } from './flags.js'
import type { Guest } from './guest.js'
import { FILESTAT_BYTES, writeFdstat, writeFilestat } from './layout.js'
import { toOffset } from '../host/offset.js'
import { rights, toRights } from './rights.js'

/** `__wasi_advice_t` has the values 0 to 5. */
const MAX_ADVICE = 5

/** The `fd_*` functions that query or change a descriptor. */
export function descriptorFunctions({ memory, descriptors }: Guest) {
  return {
    fd_advise: answer((fd: number, offset: bigint, length: bigint, advice: number) => {
      descriptors.file(fd, rights.fdAdvise)
      toOffset(offset)
      toOffset(length)
      if (advice >>> 0 > MAX_ADVICE) throw new HostError('EINVAL')
    }),

    // Extends the file; Node.js cannot reserve the blocks as well.
    fd_allocate: answer((fd: number, offset: bigint, length: bigint) => {
      const { file } = descriptors.file(fd, rights.fdAllocate)
      const start = toOffset(offset)
      const size = toOffset(length)
      if (size === 0) throw new HostError('EINVAL')
      if (start + size > file.size) file.setSize(start + size)
    }),

    fd_close: answer((fd: number) => {
      descriptors.close(fd)
    }),

    fd_datasync: answer((fd: number) => {
      const target = descriptors.onDisk(fd, rights.fdDatasync)
      if (target.kind === 'file') target.syncData()
      else target.sync()
    }),

    fd_sync: answer((fd: number) => {
      descriptors.onDisk(fd, rights.fdSync).sync()
    }),

    fd_fdstat_get: answer((fd: number, result: number) => {
      writeFdstat(memory, result, descriptors.get(fd, 0))
    }),

    fd_fdstat_set_flags: answer((fd: number, flags: number) => {
      descriptors.get(fd, rights.fdFdstatSetFlags).flags = checkFdflags(flags)
    }),

    fd_fdstat_set_rights: answer((fd: number, base: bigint, inheriting: bigint) => {
      const entry = descriptors.get(fd, 0)
      const kept = subset(base, entry.rights)
      entry.inheriting = subset(inheriting, entry.inheriting)
      entry.rights = kept
    }),

    fd_filestat_get: answer((fd: number, result: number) => {
      const entry = descriptors.get(fd, rights.fdFilestatGet)
      if (entry.kind === 'input' || entry.kind === 'output') {
        memory.bytes(result, FILESTAT_BYTES).fill(0)
      } else {
        writeFilestat(memory, result, descriptors.onDisk(fd, rights.fdFilestatGet).stat())
      }
    }),

    fd_filestat_set_size: answer((fd: number, size: bigint) => {
      const { file } = descriptors.file(fd, rights.fdFilestatSetSize)
      file.setSize(toOffset(size))
    }),

    fd_filestat_set_times: answer((fd: number, accessed: bigint, modified: bigint, flags: number) => {
      const target = descriptors.onDisk(fd, rights.fdFilestatSetTimes)
      target.setTimes(newTimes(accessed, modified, flags))
    }),

    fd_prestat_get: answer((fd: number, result: number) => {
      const name = preopenName(descriptors.get(fd, 0))
      const at = memory.check(result, 8)
      memory.setU32(at, 0)
      memory.setU32(at + 4, Buffer.byteLength(name))
    }),

    fd_prestat_dir_name: answer((fd: number, pointer: number, room: number) => {
      const name = preopenName(descriptors.get(fd, 0))
      if (Buffer.byteLength(name) > room >>> 0) throw new HostError('ENAMETOOLONG')
      memory.setText(pointer, room, name)
    }),

    fd_renumber: answer((from: number, to: number) => {
      descriptors.renumber(from, to)
    }),
  }
}

function preopenName(entry: Entry): string {
  if (entry.kind !== 'directory' || entry.preopen === undefined) throw new HostError('EBADF')
  return entry.preopen
}

function subset(bits: bigint, of: number): number {
  if ((BigInt.asUintN(64, bits) & ~BigInt(of)) !== 0n) throw new HostError('ENOTCAPABLE')
  return toRights(bits)
}
