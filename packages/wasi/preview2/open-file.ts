import { HostError } from '../host/errors.js'
import type { File } from '../host/file.js'
import type { Holdings } from '../host/holdings.js'
import type { DescriptorFlags } from './open-at.js'

/** An open file with the flags that it was opened with; closed when its descriptor and all streams of it are dropped. */
export class OpenFile {
  readonly kind = 'file'
  readonly file: File
  readonly flags: DescriptorFlags
  readonly #holdings: Holdings
  #users = 0

  /** Takes over the file. */
  constructor(file: File, flags: DescriptorFlags, holdings: Holdings) {
    this.file = file
    this.flags = flags
    this.#holdings = holdings
    holdings.add(file)
  }

  /** Keeps it open until the function that is returned is called, which is to be called once. */
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
