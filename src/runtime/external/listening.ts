import { connect, type Socket } from 'node:net'

/** The message of wasmtime and `proplet exec` when they listen. */
const SAID = /\bServing HTTP on /
const FIRST_PROBE_MS = 100
const SLOWEST_PROBE_MS = 1000
const KEPT_CHARACTERS = 64

/** Finds out when a server listens: it prints the message on stderr, or accepts a connection. Calls `listens` once. */
export class Listening {
  readonly #host: string
  readonly #port: number
  readonly #listens: () => void
  #heard = ''
  #delayMs = FIRST_PROBE_MS
  #timer: NodeJS.Timeout | undefined
  #socket: Socket | undefined
  #isOver = false

  constructor(host: string, port: number, listens: () => void) {
    this.#host = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
    this.#port = port
    this.#listens = listens
    this.#wait()
  }

  /** Maximum bytes of stderr that are searched. */
  hear(data: Uint8Array): void {
    if (this.#isOver) return
    const text = this.#heard + Buffer.from(data).toString('latin1')
    if (SAID.test(text)) this.#found()
    this.#heard = text.slice(-KEPT_CHARACTERS)
  }

  end(): void {
    this.#isOver = true
    clearTimeout(this.#timer)
    this.#socket?.destroy()
  }

  #wait(): void {
    this.#timer = setTimeout(() => this.#probe(), this.#delayMs)
    this.#delayMs = Math.min(SLOWEST_PROBE_MS, this.#delayMs * 2)
  }

  #probe(): void {
    this.#socket = connect({ host: this.#host, port: this.#port })
      .once('connect', () => this.#found())
      .once('error', () => {
        if (!this.#isOver) this.#wait()
      })
  }

  #found(): void {
    if (this.#isOver) return
    this.end()
    this.#listens()
  }
}
