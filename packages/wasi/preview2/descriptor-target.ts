import type { Directory } from '../host/directory.js'
import { HostError } from '../host/errors.js'
import type { File } from '../host/file.js'
import type { OpenFile } from './open-file.js'

/** The file or directory of a descriptor, until the descriptor is dropped. */
export class DescriptorTarget {
  #target: OpenFile | Directory | undefined

  constructor(target: OpenFile | Directory) {
    this.#target = target
  }

  /** EBADF: the descriptor was dropped. */
  open(): OpenFile | Directory {
    if (this.#target === undefined) throw new HostError('EBADF')
    return this.#target
  }

  onDisk(): File | Directory {
    const target = this.open()
    return target.kind === 'file' ? target.file : target
  }

  /** EISDIR: a directory. */
  file(): OpenFile {
    const target = this.open()
    if (target.kind === 'directory') throw new HostError('EISDIR')
    return target
  }

  /** ENOTDIR: a file. */
  directory(): Directory {
    const target = this.open()
    if (target.kind === 'file') throw new HostError('ENOTDIR')
    return target
  }

  /** Returns false if the descriptor was dropped before. */
  drop(): boolean {
    const isOpen = this.#target !== undefined
    this.#target = undefined
    return isOpen
  }
}
