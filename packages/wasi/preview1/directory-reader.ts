import type { Directory } from '../host/directory.js'
import type { Listing } from '../host/listing.js'
import type { FileType } from '../host/stat.js'

export type ReadEntry = { readonly name: string; readonly type: FileType; readonly inode: bigint }

/** Entries kept for a guest that reads the last one again, because it did not fit in its buffer. */
const WINDOW = 1024

/**
 * The entries of a directory by cookie: 0 and 1 are `.` and `..`, then those of one listing in order, so that cookies stay valid
 * while entries are added and removed. Cookie 0 starts a new listing, like rewinddir. For a cookie before the window, the
 * directory is listed again up to it. Memory is limited to the window.
 */
export class DirectoryReader {
  readonly #directory: Directory
  #listing: Listing | undefined
  #window: ReadEntry[] = []
  /** The cookie after the last entry of the window. */
  #next = 0n
  #ended = false

  constructor(directory: Directory) {
    this.#directory = directory
  }

  /** The entry with a cookie; undefined at the end. */
  at(cookie: bigint): ReadEntry | undefined {
    if (cookie === 0n || cookie < this.#next - BigInt(this.#window.length)) this.#restart()
    while (!this.#ended && this.#next <= cookie) this.#readOn()
    return cookie < this.#next ? this.#window.at(Number(cookie - this.#next)) : undefined
  }

  close(): void {
    const listing = this.#listing
    this.#listing = undefined
    this.#ended = true
    listing?.close()
  }

  #restart(): void {
    this.close()
    this.#window = []
    this.#next = 0n
    this.#ended = false
  }

  #readOn(): void {
    const entry = this.#next < 2n ? this.#dots() : this.#listed()
    if (entry === undefined) {
      this.close()
      return
    }
    if (this.#window.length === WINDOW) this.#window.shift()
    this.#window.push(entry)
    this.#next++
  }

  // Both have the inode of the directory itself; its parent is hidden from the guest.
  #dots(): ReadEntry {
    return { name: this.#next === 0n ? '.' : '..', type: 'directory', inode: this.#directory.stat().inode }
  }

  #listed(): ReadEntry | undefined {
    this.#listing ??= this.#directory.list()
    const entry = this.#listing.next()
    return entry && { ...entry, inode: this.#directory.inodeOf(entry.name) ?? 0n }
  }
}
