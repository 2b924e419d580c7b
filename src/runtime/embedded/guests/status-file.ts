import { closeSync, fstatSync, readSync } from 'node:fs'
import { openUnlinked } from '../../../host/unlinked-file.js'
import { readStatus, STATUS_MAX_BYTES, type RequestStatus } from '../../guest/channel/request-status.js'

/** The unit of `st_blocks`, see stat(2). */
const BLOCK_BYTES = 512
/** A read rarely coincides with a write, and hardly ever several times in a row. */
const MAX_READS = 10

/** An unlinked file to which a child writes its status. */
export class StatusFile {
  /** Its descriptor. Opening it throws errors of the file system. */
  readonly fd = openUnlinked()
  readonly #bytes = Buffer.alloc(STATUS_MAX_BYTES)
  #isClosed = false

  /** The request that the child is handling; undefined if none. */
  read(): RequestStatus | undefined {
    if (this.#isClosed) return undefined
    for (let reads = 0; reads < MAX_READS; reads++) {
      const length = readSync(this.fd, this.#bytes, 0, this.#bytes.length, 0)
      const status = readStatus(this.#bytes.subarray(0, length))
      if (status !== undefined) return status === 'idle' ? undefined : status
    }
    return undefined
  }

  /** Its size in memory: a compromised child may make it larger than a status is. */
  bytes(): number {
    return this.#isClosed ? 0 : fstatSync(this.fd).blocks * BLOCK_BYTES
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    closeSync(this.fd)
  }
}
