import type { ServerResponse } from 'node:http'
import type { HttpField } from '../../guest/channel/protocol.js'
import { BodyWriter } from '../bytes/body-writer.js'
import type { Answer } from '../bytes/waiter.js'
import { answerText } from '../../guest/http/messages/error-response.js'
import { endToEnd } from '../../guest/http/messages/fields.js'
import { attempt, ResponseRules } from '../../guest/http/messages/response-rules.js'

/** Writes a guest's response to the client. Violations of HTTP are returned as errors, worded for the log. */
export class ResponseWriter {
  readonly #response: ServerResponse
  readonly #rules: ResponseRules
  readonly #body: BodyWriter

  constructor(response: ServerResponse, maxBytes: number) {
    this.#response = response
    this.#rules = new ResponseRules(response.req.method ?? 'GET', maxBytes)
    this.#body = new BodyWriter(response)
  }

  get isBegun(): boolean {
    return this.#response.headersSent
  }

  /** Whether everything was handed to the socket, or the client is gone. */
  get isOver(): boolean {
    return this.#body.isOver
  }

  get isComplete(): boolean {
    return this.#response.writableFinished
  }

  /** Whether the guest sent more than the window without asking for room. */
  get isFlooded(): boolean {
    return this.#body.isFlooded
  }

  /** Closes the connection after this response. */
  isLast(): void {
    this.#response.shouldKeepAlive = false
    this.#response.once('finish', () => this.#response.req.socket.destroySoon())
  }

  head(status: number, headers: readonly HttpField[]): string | undefined {
    if (this.isOver) return undefined
    if (this.isBegun) return 'it answered twice'
    const problem = this.#rules.head(status, headers)
    if (problem !== undefined) return problem
    // Sent together with the beginning of the body, if that arrives in the same turn.
    setImmediate(() => this.#flushHead())
    return attempt(() => this.#response.writeHead(status, endToEnd(headers).flat()))
  }

  body(bytes: Uint8Array): string | undefined {
    const problem = this.#checkBody(bytes.length)
    if (problem === undefined) this.#body.write(bytes)
    else this.#body.skip(bytes)
    return this.isFlooded ? 'it sends more than was requested' : problem
  }

  finish(trailers: readonly HttpField[]): string | undefined {
    if (this.isOver) return undefined
    if (!this.isBegun) return 'the body ended before the head was sent'
    const problem = this.#rules.finish()
    if (problem !== undefined) return problem
    return attempt(() => {
      if (trailers.length > 0) this.#response.addTrailers(endToEnd(trailers))
      this.#response.end()
    })
  }

  /** Answers with `some` once the client has consumed enough, or `broken` if it is gone. */
  room(waitMs: number | null, answer: Answer): void {
    this.#body.room(waitMs, answer)
  }

  /** Sends an error response, unless the guest's has begun: that one is cut off. */
  fail(status: number, text: string, headers: readonly HttpField[] = []): void {
    if (this.isOver) return
    if (this.isBegun) {
      this.#response.destroy()
      return
    }
    answerText(this.#response, status, text, headers)
  }

  #checkBody(bytes: number): string | undefined {
    if (this.isOver) return undefined
    if (!this.isBegun) return 'the body began before the head was sent'
    return this.#rules.body(bytes)
  }

  #flushHead(): void {
    if (this.isBegun && this.#rules.bytes === 0 && !this.isOver) this.#response.flushHeaders()
  }
}
