import { closeSync, openSync, readSync } from 'node:fs'
import { countersOf, figuresOf, residentBytesIn, unlessMissing } from './process-figures.js'
import type { Counters, Figures } from '../model/figures.js'

/** Larger than any of these files. */
const FILE_MAX_BYTES = 4096

/** A `/proc` file that stays open, because opening takes ten times as long as reading. */
class ProcFile {
  static readonly #buffer = Buffer.allocUnsafe(FILE_MAX_BYTES)
  readonly #path: string
  #fd: number | undefined

  constructor(path: string) {
    this.#path = path
  }

  /** Undefined if there is no such file, the process is gone, or no file can be opened. */
  read(): string | undefined {
    const fd = (this.#fd ??= unlessMissing(() => openSync(this.#path, 'r')))
    if (fd === undefined) return undefined
    const bytes = unlessMissing(() => readSync(fd, ProcFile.#buffer, 0, FILE_MAX_BYTES, 0))
    return bytes === undefined ? undefined : ProcFile.#buffer.toString('latin1', 0, bytes)
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd)
    this.#fd = undefined
  }
}

/** Repeated readings of one process; everything is undefined once it is gone. */
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
