import type { Holdings } from '../host/holdings.js'
import type { Listing } from '../host/listing.js'
import { descriptorTypeOf, type DescriptorType } from './attributes.js'
import { answer } from './error-code.js'

export type DirectoryEntry = { readonly type: DescriptorType; readonly name: string }

/** `directory-entry-stream` of wasi:filesystem/types. Its host descriptor is closed as soon as it has ended. */
export class DirectoryEntryStream {
  readonly #listing: Listing
  readonly #holdings: Holdings
  #ended = false

  /** Owns the listing. */
  constructor(listing: Listing, holdings: Holdings) {
    this.#listing = listing
    this.#holdings = holdings
    holdings.add(listing)
  }

  readDirectoryEntry(): DirectoryEntry | undefined {
    return answer(() => {
      if (this.#ended) return undefined
      const entry = this.#listing.next()
      if (entry !== undefined) return { type: descriptorTypeOf(entry.type), name: entry.name }
      this.#ended = true
      this.#holdings.close(this.#listing)
      return undefined
    })
  }

  [Symbol.dispose](): void {
    this.#holdings.close(this.#listing)
  }
}
