import type { Durability, File } from './file.js'

/** A place in a file that moves on with what is read and written there. */
export class Cursor {
  readonly file: File
  /** Bytes from the start; may be beyond the end. */
  position: number

  constructor(file: File, position = 0) {
    this.file = file
    this.position = position
  }

  /** Fills the buffers in order; how many bytes there were, 0 at the end (which may move). */
  read(buffers: readonly Uint8Array[]): number {
    if (buffers.length === 0) return 0
    const done = this.file.readAt(buffers, this.position)
    this.position += done
    return done
  }

  /** Writes the buffers in order; how many bytes were taken. */
  write(buffers: readonly Uint8Array[], durability: Durability): number {
    if (buffers.length === 0) return 0
    const done = this.file.writeAt(buffers, this.position)
    this.position += done
    this.file.settle(durability)
    return done
  }

  /** Writes at the end of the file, and goes there. */
  append(buffers: readonly Uint8Array[], durability: Durability): number {
    if (buffers.length === 0) return 0
    const done = this.file.append(buffers)
    this.position = this.file.size
    this.file.settle(durability)
    return done
  }
}
