import { HostError } from '../host/errors.js'
import type { OutputSink } from '../host/stdio.js'
import type { FileEntry, InputEntry } from './descriptors.js'
import { answer } from './errno.js'
import { durabilityOf, fdflags } from './flags.js'
import type { Guest } from './guest.js'
import { toOffset } from '../host/offset.js'
import { rights } from './rights.js'

/** The buffers of one write are joined for the sink up to this size. */
const MAX_GATHERED = 65_536

/** `fd_read`, `fd_write`, `fd_pread`, `fd_pwrite`, `fd_seek` and `fd_tell`. */
export function transferFunctions({ memory, descriptors }: Guest) {
  return {
    fd_read: answer((fd: number, iovecs: number, count: number, result: number) => {
      const entry = descriptors.get(fd, 0)
      if (entry.kind === 'directory') throw new HostError('EISDIR')
      descriptors.get(fd, rights.fdRead)
      memory.check(result, 4)
      const buffers = memory.buffers(iovecs, count)
      let done = 0
      if (entry.kind === 'file') done = entry.cursor.read(buffers)
      else if (entry.kind === 'input') done = readInput(entry, buffers)
      memory.setU32(result, done)
    }),

    fd_write: answer((fd: number, iovecs: number, count: number, result: number) => {
      const entry = descriptors.get(fd, rights.fdWrite)
      memory.check(result, 4)
      const buffers = memory.buffers(iovecs, count)
      let done = 0
      if (entry.kind === 'output') done = writeTo(entry.sink, buffers)
      else if (entry.kind === 'file') done = writeOn(entry, buffers)
      memory.setU32(result, done)
    }),

    fd_pread: answer((fd: number, iovecs: number, count: number, offset: bigint, result: number) => {
      const { file } = descriptors.file(fd, rights.fdRead | rights.fdSeek)
      memory.check(result, 4)
      const buffers = memory.buffers(iovecs, count)
      const position = toOffset(offset)
      memory.setU32(result, buffers.length === 0 ? 0 : file.readAt(buffers, position))
    }),

    fd_pwrite: answer((fd: number, iovecs: number, count: number, offset: bigint, result: number) => {
      const entry = descriptors.file(fd, rights.fdWrite | rights.fdSeek)
      memory.check(result, 4)
      const buffers = memory.buffers(iovecs, count)
      const position = toOffset(offset)
      const done = buffers.length === 0 ? 0 : entry.file.writeAt(buffers, position)
      entry.file.settle(durabilityOf(entry.flags))
      memory.setU32(result, done)
    }),

    fd_seek: answer((fd: number, delta: bigint, whence: number, result: number) => {
      const onlyTells = delta === 0n && whence === 1
      const entry = descriptors.file(fd, onlyTells ? rights.fdTell : rights.fdSeek)
      memory.check(result, 8)
      const position = origin(entry, whence) + delta
      // Like lseek beyond what a file system can address; positions remain exact numbers.
      if (position < 0n || position > BigInt(Number.MAX_SAFE_INTEGER)) throw new HostError('EINVAL')
      entry.cursor.position = Number(position)
      memory.setU64(result, position)
    }),

    fd_tell: answer((fd: number, result: number) => {
      memory.setU64(result, BigInt(descriptors.file(fd, rights.fdTell).cursor.position))
    }),
  }
}

/** `__wasi_whence_t`: from the start, from the current position, from the end. */
function origin(entry: FileEntry, whence: number): bigint {
  if (whence === 0) return 0n
  if (whence === 1) return BigInt(entry.cursor.position)
  if (whence === 2) return BigInt(entry.file.size)
  throw new HostError('EINVAL')
}

/** EAGAIN: there is no data yet, and the guest asked not to block. */
function readInput({ input, flags }: InputEntry, buffers: readonly Uint8Array[]): number {
  const room = buffers.reduce((sum, { length }) => sum + length, 0)
  if (input === undefined || room === 0) return 0
  const waits = (flags & fdflags.nonblock) === 0
  for (;;) {
    if (waits) input.wait(undefined)
    const bytes = input.read(Math.min(room, MAX_GATHERED))
    if (bytes === undefined) return 0
    if (bytes.length > 0) return scatter(bytes, buffers)
    if (!waits) throw new HostError('EAGAIN')
  }
}

function scatter(bytes: Uint8Array, buffers: readonly Uint8Array[]): number {
  let at = 0
  for (const buffer of buffers) {
    const piece = bytes.subarray(at, at + buffer.length)
    buffer.set(piece)
    at += piece.length
  }
  return at
}

function writeOn({ cursor, flags }: FileEntry, buffers: readonly Uint8Array[]): number {
  const durability = durabilityOf(flags)
  return (flags & fdflags.append) === 0
    ? cursor.write(buffers, durability)
    : cursor.append(buffers, durability)
}

function writeTo(sink: OutputSink, buffers: readonly Uint8Array[]): number {
  const total = buffers.reduce((sum, bytes) => sum + bytes.length, 0)
  if (buffers.length > 1 && total <= MAX_GATHERED) sink(Buffer.concat(buffers, total))
  else buffers.forEach(sink)
  return total
}
