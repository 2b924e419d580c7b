import type { OutputSink } from '@proplet/wasi/preview1.js'
import { TaskFailure } from './failure.js'
import type { StreamName } from '../channel/protocol.js'
import { formatBytes } from '@proplet/component/units.js'

/** One output stream of one task: counts its bytes, and ends the guest beyond the limit. */
export class GuestOutput {
  bytes = 0
  readonly #stream: StreamName
  readonly #maxBytes: number
  readonly #write: OutputSink

  constructor(stream: StreamName, maxBytes: number | null, write: OutputSink) {
    this.#stream = stream
    this.#maxBytes = maxBytes ?? Infinity
    this.#write = write
  }

  /** Writes what fits; throws an `output` failure if that is not everything. */
  readonly sink: OutputSink = (bytes) => {
    const room = this.#maxBytes - this.bytes
    const fitting = bytes.length > room ? bytes.subarray(0, room) : bytes
    this.bytes += fitting.length
    if (fitting.length > 0) this.#write(fitting)
    if (fitting.length < bytes.length) throw outputExceeded(this.#stream, this.#maxBytes)
  }
}

export function resultExceeded(maxBytes: number): TaskFailure {
  return new TaskFailure('output', `output limit of ${formatBytes(maxBytes)} exceeded by the result`)
}

export function outputExceeded(stream: StreamName, maxBytes: number): TaskFailure {
  return new TaskFailure('output', `output limit of ${formatBytes(maxBytes)} exceeded on ${stream}`)
}
