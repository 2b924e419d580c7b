import { createBlockingOutput, isBrokenPipe } from '../../runtime/guest/channel/blocking-output.js'

/**
 * Our own output, which is written synchronously like the guest's, so that nothing is lost when the process ends.
 * Without a reader it is dropped.
 */
export class Console {
  readonly #outputs = { stdout: createBlockingOutput(1), stderr: createBlockingOutput(2) }
  #isBroken = false

  /** Whether a reader has closed its end. */
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
