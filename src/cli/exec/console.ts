import { createBlockingOutput, isBrokenPipe } from '../../runtime/guest/channel/blocking-output.js'

/**
 * What we write ourselves, blocking, as the guest's own writes are: nothing gets lost when the process ends. Where nobody reads
 * it, it is dropped.
 */
export class Console {
  readonly #outputs = { stdout: createBlockingOutput(1), stderr: createBlockingOutput(2) }
  #isBroken = false

  /** Whether a reader has left. */
  get isBroken(): boolean {
    return this.#isBroken
  }

  write(stream: 'stdout' | 'stderr', data: string | Uint8Array): void {
    try {
      this.#outputs[stream](typeof data === 'string' ? Buffer.from(data) : data)
    } catch (error) {
      if (!isBrokenPipe(error)) throw error
      this.#isBroken = true
    }
  }

  say(kind: 'Error' | 'Warning', message: string): void {
    this.write('stderr', `${kind}: ${message}\n`)
  }
}
