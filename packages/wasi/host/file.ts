import {
  constants,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  futimesSync,
  readvSync,
  writevSync,
} from 'node:fs'
import { HostError, sys } from './errors.js'
import { Handle, closeAll, open, ownPath } from './handle.js'
import { toFileStat, type FileStat } from './stat.js'
import { setTimes, type NewTimes } from './times.js'

/** What must be on disk after each write: nothing, the contents, or the attributes as well. */
export type Durability = 'none' | 'data' | 'all'

/** An open regular file, or a harmless device, without a position: see Cursor. Positions and sizes are in bytes. */
export class File {
  readonly kind = 'file'
  /** Whether it was found in a read-only preopen. */
  readonly readonly: boolean
  readonly type: 'regular' | 'character'
  readonly #handle: Handle
  #appending: Handle | undefined

  /** Owns `fd`. */
  constructor(fd: number, readonly: boolean, type: 'regular' | 'character' = 'regular') {
    this.#handle = new Handle(fd)
    this.readonly = readonly
    this.type = type
  }

  /** Fills the buffers in order; returns the number of bytes read, 0 at the end. */
  readAt(buffers: readonly Uint8Array[], position: number): number {
    if (position > Number.MAX_SAFE_INTEGER) return 0
    return sys(() => readvSync(this.#handle.fd, buffers, position))
  }

  /** Writes the buffers in order; returns the number of bytes written. */
  writeAt(buffers: readonly Uint8Array[], position: number): number {
    // Node.js would interpret a position that it cannot represent as the current one.
    if (position > Number.MAX_SAFE_INTEGER) throw new HostError('EFBIG')
    return sys(() => writevSync(this.#handle.fd, buffers, position))
  }

  /** Appends to the file, even with concurrent writers. */
  append(buffers: readonly Uint8Array[]): number {
    const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_NONBLOCK
    const { fd } = (this.#appending ??= new Handle(open(ownPath(this.#handle.fd), flags)))
    return sys(() => writevSync(fd, buffers))
  }

  stat(): FileStat {
    return toFileStat(sys(() => fstatSync(this.#handle.fd, { bigint: true })))
  }

  get size(): number {
    return sys(() => fstatSync(this.#handle.fd)).size
  }

  /** Truncates the file, or extends it with zeros. */
  setSize(size: number): void {
    this.#mayChange()
    if (size > Number.MAX_SAFE_INTEGER) throw new HostError('EFBIG')
    sys(() => ftruncateSync(this.#handle.fd, size))
  }

  setTimes(times: NewTimes): void {
    this.#mayChange()
    const { fd } = this.#handle
    sys(() =>
      setTimes(times, {
        fd,
        name: undefined,
        current: () => fstatSync(fd, { bigint: true }),
        set: (...seconds) => futimesSync(fd, ...seconds),
      }),
    )
  }

  sync(): void {
    sys(() => fsyncSync(this.#handle.fd))
  }

  syncData(): void {
    sys(() => fdatasyncSync(this.#handle.fd))
  }

  /** Flushes what was just written, as far as requested. */
  settle(durability: Durability): void {
    if (durability === 'all') this.sync()
    else if (durability === 'data') this.syncData()
  }

  close(): void {
    closeAll([() => this.#handle.close(), () => this.#appending?.close()])
  }

  #mayChange(): void {
    if (this.readonly) throw new HostError('EROFS')
  }
}
