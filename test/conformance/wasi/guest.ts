import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import type { Readable } from 'node:stream'

/** The unread text of an output stream. */
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

  /**
   * Takes as much text as `length` returns; waits for more while that is undefined. At the end of the stream, takes the
   * rest.
   */
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

/** A running test program. */
export class Guest {
  readonly stdout: Text
  readonly stderr: Text
  readonly ended: Promise<GuestEnd>
  /** It was sent a signal to end. */
  killed = false
  readonly #process: ChildProcessWithoutNullStreams

  constructor(program: string, args: readonly string[]) {
    this.#process = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true })
    this.stdout = new Text(this.#process.stdout)
    this.stderr = new Text(this.#process.stderr)
    // A guest may end without reading its input.
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

  /** Kills its process group: it and everything that it has started. */
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
