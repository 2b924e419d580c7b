import type { Durability, File } from './file.js'

/** A position in a file that advances with reads and writes. */
export class Cursor {
  readonly file: File
  /** In bytes from the start; may be beyond the end. */
  position: number

  constructor(file: File, position = 0) {
    this.file = file
    this.position = position
  }

  /** Fills the buffers in order; returns the number of bytes read, 0 at the end (which may move). */
  read(buffers: readonly Uint8Array[]): number {
    if (buffers.length === 0) return 0
    const done = this.file.readAt(buffers, this.position)
    this.position += done
    return done
  }

  /** Writes the buffers in order; returns the number of bytes written. */
  write(buffers: readonly Uint8Array[], durability: Durability): number {
    if (buffers.length === 0) return 0
    const done = this.file.writeAt(buffers, this.position)
    this.position += done
    this.file.settle(durability)
    return done
  }

  /** Writes at the end of the file, and moves there. */
  append(buffers: readonly Uint8Array[], durability: Durability): number {
    if (buffers.length === 0) return 0
    const done = this.file.append(buffers)
    this.position = this.file.size
    this.file.settle(durability)
    return done
  }
}
