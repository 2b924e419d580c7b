import type { Directory } from '../host/directory.js'
import type { Listing } from '../host/listing.js'
import type { FileType } from '../host/stat.js'

export type ReadEntry = { readonly name: string; readonly type: FileType; readonly inode: bigint }

/** Entries kept for a guest that goes back a little, because the last one did not fit its buffer. */
const WINDOW = 1024

/**
 * The entries of a directory by cookie: 0 and 1 are `.` and `..`, then those of one listing in its order, so that
 * cookies stay good while entries come and go. Cookie 0 starts a new listing, as rewinddir does. Further back than the
 * window, the directory is listed anew and counted through. No more is held in memory than the window.
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

  /** The entry with that cookie; undefined at the end. */
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

  // Both have the inode of the directory itself: what is above it is nothing to the guest.
  #dots(): ReadEntry {
    return { name: this.#next === 0n ? '.' : '..', type: 'directory', inode: this.#directory.stat().inode }
  }

  #listed(): ReadEntry | undefined {
    this.#listing ??= this.#directory.list()
    const entry = this.#listing.next()
    return entry && { ...entry, inode: this.#directory.inodeOf(entry.name) ?? 0n }
  }
}
