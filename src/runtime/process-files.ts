import { closeSync, openSync, readSync } from 'node:fs'
import {
  countersOf,
  figuresOf,
  residentBytesIn,
  unlessMissing,
  type Counters,
  type Figures,
} from './process-figures.js'

/** More than any of these files has. */
const FILE_MAX_BYTES = 4096

/** A file of `/proc` that stays open: to open it takes ten times as long as to read it. */
class ProcFile {
  static readonly #buffer = Buffer.allocUnsafe(FILE_MAX_BYTES)
  readonly #fd: number | undefined

  constructor(path: string) {
    this.#fd = unlessMissing(() => openSync(path, 'r'))
  }

  /** Undefined where there is no such file, and when the process is gone. */
  read(): string | undefined {
    const fd = this.#fd
    if (fd === undefined) return undefined
    const bytes = unlessMissing(() => readSync(fd, ProcFile.#buffer, 0, FILE_MAX_BYTES, 0))
    return bytes === undefined ? undefined : ProcFile.#buffer.toString('latin1', 0, bytes)
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd)
  }
}

/**
 * What one process used and holds, to be looked at again and again. Once it is gone all is undefined, whoever has its
 * number then.
 */
export class ProcessFiles {
  readonly #pid: number
  readonly #stat: ProcFile
  readonly #io: ProcFile
  readonly #status: ProcFile

  constructor(pid: number) {
    this.#pid = pid
    this.#stat = new ProcFile(`/proc/${pid}/stat`)
    this.#io = new ProcFile(`/proc/${pid}/io`)
    this.#status = new ProcFile(`/proc/${pid}/status`)
  }

  counters(): Counters | undefined {
    return countersOf(this.#stat.read(), this.#io.read())
  }

  figures(): Figures | undefined {
    return figuresOf(this.#pid, this.counters(), this.#status.read())
  }

  residentBytes(): number | undefined {
    return residentBytesIn(this.#status.read())
  }

  close(): void {
    for (const file of [this.#stat, this.#io, this.#status]) file.close()
  }
}
