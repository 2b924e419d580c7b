import type { Cursor } from './cursor.js'
import type { Durability } from './file.js'
import type { StreamSink, StreamSource } from './streams.js'

/** Maximum bytes of one write to a file. */
const FILE_ROOM = 2 ** 20

/** Reads from a position in a file. It ends where the file currently ends; there may be more data later. */
export class FileSource implements StreamSource {
  readonly #cursor: Cursor
  readonly #release: () => void

  /** `release` is called when the file is no longer needed. */
  constructor(cursor: Cursor, release: () => void) {
    this.#cursor = cursor
    this.#release = release
  }

  ready(): boolean {
    return true
  }

  // A file is always ready.
  wait(): void {}

  read(length: number): Uint8Array | undefined {
    const bytes = new Uint8Array(length)
    const done = this.#cursor.read([bytes])
    return done === 0 ? undefined : bytes.subarray(0, done)
  }

  close(): void {
    this.#release()
  }
}

export type FileSinkOptions = {
  /** Whether every write goes to the end of the file. */
  readonly append: boolean
  readonly durability: Durability
}

/** Writes from a position in a file, or at its end. Nothing is buffered. */
export class FileSink implements StreamSink {
  readonly #cursor: Cursor
  readonly #options: FileSinkOptions
  readonly #release: () => void

  /** `release` is called when the file is no longer needed. */
  constructor(cursor: Cursor, options: FileSinkOptions, release: () => void) {
    this.#cursor = cursor
    this.#options = options
    this.#release = release
  }

  ready(): boolean {
    return true
  }

  // A file is always ready.
  wait(): void {}

  room(): number {
    return FILE_ROOM
  }

  write(bytes: Uint8Array): void {
    const { append, durability } = this.#options
    for (let rest = bytes; rest.length > 0;) {
      const done = append ? this.#cursor.append([rest], durability) : this.#cursor.write([rest], durability)
      rest = rest.subarray(done)
    }
  }

  // Nothing is buffered.
  flush(): void {}

  close(): void {
    this.#release()
  }
}
