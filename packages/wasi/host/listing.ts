import { opendirSync, type Dir } from 'node:fs'
import { HostError, isHostError, sys } from './errors.js'
import { ownPath } from './handle.js'
import { typeOf, type FileType } from './stat.js'
import { decodeUtf8 } from './text.js'

export type ListedEntry = { readonly name: string; readonly type: FileType }

/** Entries read from Node.js at a time. */
const BATCH = 64

/** One pass over the entries of a directory, in the order of the file system, without `.` and `..`. */
export class Listing {
  #handle: Dir | undefined

  constructor(directory: number) {
    this.#handle = sys(() =>
      // @types/node does not know that names are buffers with this encoding; see `next`.
      opendirSync(ownPath(directory), { encoding: 'buffer' as BufferEncoding, bufferSize: BATCH }),
    )
  }

  /**
   * The next entry, or undefined at the end; EBADF if closed. Names that are not UTF-8 cannot be passed to a guest and are
   * skipped.
   */
  next(): ListedEntry | undefined {
    const handle = this.#handle
    if (handle === undefined) throw new HostError('EBADF')
    for (;;) {
      const entry = sys(() => handle.readSync())
      if (entry === null) return undefined
      const name = nameOf(entry.name)
      if (name !== undefined) return { name, type: typeOf(entry) }
    }
  }

  close(): void {
    const handle = this.#handle
    this.#handle = undefined
    sys(() => handle?.closeSync())
  }
}

function nameOf(name: string | Uint8Array): string | undefined {
  if (typeof name === 'string') return name
  try {
    return decodeUtf8(name)
  } catch (error) {
    if (isHostError(error, 'EILSEQ')) return undefined
    throw error
  }
}
