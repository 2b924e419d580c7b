import { HostError } from '../host/errors.js'
import type { File } from '../host/file.js'
import type { Holdings } from '../host/holdings.js'
import type { DescriptorFlags } from './open-at.js'

/** An open file with its flags; closed when its descriptor and all of its streams are dropped. */
export class OpenFile {
  readonly kind = 'file'
  readonly file: File
  readonly flags: DescriptorFlags
  readonly #holdings: Holdings
  #users = 0

  /** Owns the file. */
  constructor(file: File, flags: DescriptorFlags, holdings: Holdings) {
    this.file = file
    this.flags = flags
    this.#holdings = holdings
    holdings.add(file)
  }

  /** Keeps the file open until the returned function is called, once. */
  use(): () => void {
    this.#users++
    return () => {
      this.#users--
      if (this.#users === 0) this.#holdings.close(this.file)
    }
  }

  /** EBADF: not opened for reading. */
  toRead(): this {
    if (this.flags.read !== true) throw new HostError('EBADF')
    return this
  }

  /** EROFS: in a read-only directory. EBADF: not opened for writing. */
  toWrite(): this {
    if (this.file.readonly) throw new HostError('EROFS')
    if (this.flags.write !== true) throw new HostError('EBADF')
    return this
  }
}
