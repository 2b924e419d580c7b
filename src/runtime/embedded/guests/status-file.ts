import { randomUUID } from 'node:crypto'
import { accessSync, closeSync, constants, fstatSync, openSync, readSync, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readStatus, STATUS_MAX_BYTES, type RequestStatus } from '../../guest/channel/request-status.js'

/** A directory in memory; systems other than Linux may have none. */
const SHARED_MEMORY = '/dev/shm'
/** The unit of `st_blocks`, see stat(2). */
const BLOCK_BYTES = 512
/** A read rarely coincides with a write, and hardly ever several times in a row. */
const MAX_READS = 10

/** An unlinked file to which a child writes its status. */
export class StatusFile {
  readonly fd: number
  readonly #bytes = Buffer.alloc(STATUS_MAX_BYTES)
  #isClosed = false

  /** Throws errors of the file system. */
  constructor() {
    const path = join(directory(), `.proplet-${randomUUID()}`)
    this.fd = openSync(path, 'wx+', 0o600)
    unlinkSync(path)
  }

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

function directory(): string {
  try {
    accessSync(SHARED_MEMORY, constants.W_OK)
    return SHARED_MEMORY
  } catch {
    return tmpdir()
  }
}
