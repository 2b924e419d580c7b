import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import type { Readable } from 'node:stream'

/** What a stream said so far and nobody has taken, and whether there will be more. */
class Text {
  #text = ''
  #ended = false
  #changed: () => void = () => undefined

  constructor(stream: Readable) {
    stream.setEncoding('utf8')
    stream.on('data', (text: string) => {
      this.#text += text
      this.#changed()
    })
    stream.on('end', () => {
      this.#ended = true
      this.#changed()
    })
  }

  get left(): string {
    return this.#text
  }

  /** Takes what `length` says to take of the text so far; waits for more while it is undefined. At the end it is all. */
  async take(length: (text: string) => number | undefined): Promise<string> {
    for (;;) {
      const found = length(this.#text) ?? (this.#ended ? this.#text.length : undefined)
      if (found !== undefined) {
        const taken = this.#text.slice(0, found)
        this.#text = this.#text.slice(found)
        return taken
      }
      await new Promise<void>((resolve) => (this.#changed = resolve))
    }
  }
}

export type GuestEnd = { readonly code: number | null; readonly signal: string | null }

/** A test program that runs. */
export class Guest {
  readonly stdout: Text
  readonly stderr: Text
  readonly ended: Promise<GuestEnd>
  /** It was asked to end by a signal. */
  killed = false
  readonly #process: ChildProcessWithoutNullStreams

  constructor(program: string, args: readonly string[]) {
    this.#process = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true })
    this.stdout = new Text(this.#process.stdout)
    this.stderr = new Text(this.#process.stderr)
    // A guest that ends without reading its input is no fault.
    this.#process.stdin.on('error', () => undefined)
    this.ended = new Promise((resolve, reject) => {
      this.#process.once('error', reject)
      this.#process.once('close', (code, signal) => resolve({ code, signal }))
    })
  }

  write(text: string): void {
    this.#process.stdin.write(text)
  }

  endInput(): void {
    this.#process.stdin.end()
  }

  kill(signal: NodeJS.Signals): void {
    this.killed = true
    this.#process.kill(signal)
  }

  /** Ends it and all that it has started; they have a process group of their own. */
  end(): void {
    const { pid } = this.#process
    if (pid === undefined) return
    try {
      process.kill(-pid, 'SIGKILL')
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
    }
  }
}
