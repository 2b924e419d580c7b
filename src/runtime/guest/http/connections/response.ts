import type { ServerResponse } from 'node:http'
import type { BodySink, FieldEntry, Responder, ResponseHead } from '@proplet/wasi/http/message.js'
import { soon } from '../../channel/wants.js'
import { answerText, FAILURES } from '../messages/error-response.js'
import { endToEnd } from '../messages/fields.js'
import { attempt, ResponseRules, unfinished } from '../messages/response-rules.js'
import type { HandedSocket } from './socket.js'

/** Maximum size of the part of a body that is held back before it is sent. */
const MAX_HELD_BYTES = 64 * 1024

/**
 * Sends a guest's response to the client while the guest runs. Invariants: the client receives one response, complete or cut off;
 * `responding` is called before its first byte; only the first problem is kept, and nothing of the guest is sent after it.
 */
export class HandedResponse {
  readonly #response: ServerResponse
  readonly #socket: HandedSocket
  readonly #responding: () => void
  readonly #rules: ResponseRules
  #head: ResponseHead | undefined
  #held: Uint8Array[] = []
  #heldBytes = 0
  #isBegun = false
  #isFinished = false
  #problem: string | undefined

  constructor(response: ServerResponse, socket: HandedSocket, bodyMaxBytes: number, responding: () => void) {
    this.#response = response
    this.#socket = socket
    this.#responding = responding
    this.#rules = new ResponseRules(response.req.method ?? 'GET', bodyMaxBytes)
  }

  /** What the guest responds through. */
  readonly responder: Responder = {
    respond: (head) => {
      const problem =
        this.#head === undefined ? this.#rules.head(head.status, head.headers) : 'it answered twice'
      this.#fail(problem)
      if (problem === undefined) this.#head = head
      return this.#sink
    },
    fail: (code) => this.#fail(`it answered with the error ${code}`),
  }

  readonly #sink: BodySink = {
    room: () => (this.#isGone() ? undefined : MAX_HELD_BYTES - this.#heldBytes),
    write: (bytes) => this.#write(bytes),
    flush: () => this.#flush(),
    ready: () => true,
    wait: () => undefined,
    notify: (done) => soon(done),
    finish: (trailers) => this.#finish(trailers),
    abandon: () => this.#fail('its response is incomplete'),
    close: () => undefined,
  }

  /** Completes the response once the guest has ended, for whatever reason. Returns what was wrong with the response. */
  complete(error: string | undefined): string | undefined {
    if (error !== undefined) this.#fail(error)
    else if (!this.#isFinished) this.#fail(unfinished(this.#head !== undefined))
    if (this.#isFinished) return this.#problem
    // Whatever the guest wrote counts as a begun response, even if it is still held back.
    if (this.#rules.bytes > 0 && this.#head !== undefined) this.#send()
    if (this.#isBegun) this.#socket.destroy()
    else answerText(this.#response, 500, FAILURES[500])
    return this.#problem
  }

  #isGone(): boolean {
    return this.#problem !== undefined || this.#isFinished || this.#socket.isBroken
  }

  #fail(problem: string | undefined): void {
    if (this.#isFinished) return
    this.#problem ??= problem
  }

  #write(bytes: Uint8Array): void {
    if (this.#isGone()) return
    this.#fail(this.#rules.body(bytes.length))
    if (this.#isGone()) return
    // Copied, because the guest may overwrite its memory.
    this.#held.push(Buffer.from(bytes))
    this.#heldBytes += bytes.length
    if (this.#heldBytes >= MAX_HELD_BYTES) this.#flush()
  }

  #flush(): void {
    if (!this.#isGone() && this.#head !== undefined) this.#send()
  }

  #send(): void {
    this.#fail(
      attempt(() => {
        this.#begin()
        if (this.#heldBytes > 0) {
          // Uncorking sends it now. Node.js would wait for the next turn, which comes only after the guest has ended.
          this.#response.cork()
          this.#response.write(this.#take())
          this.#response.uncork()
        } else this.#response.flushHeaders()
        this.#socket.uncorkAll()
      }),
    )
  }

  #finish(trailers: readonly FieldEntry[]): void {
    if (this.#isGone()) return
    this.#fail(this.#rules.finish())
    if (this.#isGone()) return
    this.#fail(
      attempt(() => {
        this.#begin()
        if (trailers.length > 0) this.#response.addTrailers(endToEnd(trailers))
        this.#response.end(this.#take())
        this.#isFinished = true
        this.#socket.uncorkAll()
      }),
    )
  }

  #begin(): void {
    if (this.#isBegun || this.#head === undefined) return
    this.#response.writeHead(this.#head.status, endToEnd(this.#head.headers).flat())
    this.#isBegun = true
    this.#responding()
  }

  #take(): Uint8Array {
    const [first = Buffer.alloc(0)] = this.#held
    const bytes = this.#held.length > 1 ? Buffer.concat(this.#held) : first
    this.#held = []
    this.#heldBytes = 0
    return bytes
  }
}
