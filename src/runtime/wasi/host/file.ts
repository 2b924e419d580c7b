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
import { close, closeAll, open, ownPath } from './handle.js'
import { toFileStat, type FileStat } from './stat.js'
import { toSeconds, type NewTimes } from './times.js'

/** An open regular file. It has no position of its own: each face keeps what it needs. Positions and sizes are bytes. */
export class File {
  readonly kind = 'file'
  /** Whether the preopen that it was found in may be changed. */
  readonly readonly: boolean
  readonly #fd: number
  #appending: number | undefined

  constructor(fd: number, readonly: boolean) {
    this.#fd = fd
    this.readonly = readonly
  }

  /** Fills the buffers in order; how many bytes there were, 0 at the end. */
  readAt(buffers: readonly Uint8Array[], position: number): number {
    if (position > Number.MAX_SAFE_INTEGER) return 0
    return sys(() => readvSync(this.#fd, buffers, position))
  }

  /** Writes the buffers in order; how many bytes were taken. */
  writeAt(buffers: readonly Uint8Array[], position: number): number {
    // Node would take a position that it can't represent for "the current one".
    if (position > Number.MAX_SAFE_INTEGER) throw new HostError('EFBIG')
    return sys(() => writevSync(this.#fd, buffers, position))
  }

  /** Writes at the end of the file, whoever else does so. */
  append(buffers: readonly Uint8Array[]): number {
    this.#appending ??= open(
      ownPath(this.#fd),
      constants.O_WRONLY | constants.O_APPEND | constants.O_NONBLOCK,
    )
    const fd = this.#appending
    return sys(() => writevSync(fd, buffers))
  }

  stat(): FileStat {
    return toFileStat(sys(() => fstatSync(this.#fd, { bigint: true })))
  }

  get size(): number {
    return sys(() => fstatSync(this.#fd)).size
  }

  /** Cuts the file, or lengthens it with zeros. */
  setSize(size: number): void {
    this.#mayChange()
    if (size > Number.MAX_SAFE_INTEGER) throw new HostError('EFBIG')
    sys(() => ftruncateSync(this.#fd, size))
  }

  setTimes(times: NewTimes): void {
    this.#mayChange()
    sys(() => {
      const seconds = toSeconds(times, () => fstatSync(this.#fd, { bigint: true }))
      if (seconds !== undefined) futimesSync(this.#fd, ...seconds)
    })
  }

  sync(): void {
    sys(() => fsyncSync(this.#fd))
  }

  syncData(): void {
    sys(() => fdatasyncSync(this.#fd))
  }

  close(): void {
    const fds = this.#appending === undefined ? [this.#fd] : [this.#fd, this.#appending]
    closeAll(fds.map((fd) => () => close(fd)))
  }

  #mayChange(): void {
    if (this.readonly) throw new HostError('EROFS')
  }
}
