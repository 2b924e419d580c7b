import type { IncomingMessage, ServerResponse } from 'node:http'
import { formatDuration } from '@proplet/component/units.js'
import { LONGEST_TIMER_MS } from '../../../model/longest-timer.js'
import type { FromExchange, GivenMessage, GuestEnd, RequestMessage } from '../../guest/channel/protocol.js'
import { BodyReader } from '../bytes/body-reader.js'
import { FAILURES } from '../../guest/http/messages/error-response.js'
import { requestMessage } from '../../guest/http/messages/request-message.js'
import { unfinished } from '../../guest/http/messages/response-rules.js'
import type { Given } from '../bytes/waiter.js'
import { ResponseWriter } from './response-writer.js'
import type { Target } from '../../guest/http/messages/target.js'
import type { HttpOptions } from '../../../model/http-options.js'

/** What a child sends about the request that it answers. */
export type ExchangeMessage = Exclude<FromExchange, { type: 'open' | 'close' | 'datagram' | 'associate' }>

/** The child that answers an exchange. */
export type Server = {
  readonly ask: (request: RequestMessage) => void
  readonly give: (given: GivenMessage, bytes?: Uint8Array) => void
  /** Kills the child, whose work is of no further use. */
  readonly kill: () => void
}

/** Where an exchange reads its request and writes its response. */
export type Asked = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly target: Target
}

export type ExchangeHooks = {
  /** The exchange no longer waits for a child, and never had one. */
  readonly left: () => void
  /** The guest failed; the error is worded for the log. */
  readonly failed: (error: string) => void
  readonly over: () => void
}

/** How long a guest may continue after its client is gone, in milliseconds. */
const ABORT_GRACE_MS = 1000

/**
 * One request and its response, between a client and a child. Invariants: the client receives at most one response, complete or
 * cut off; after `failed`, messages of the child are ignored; `over` is final.
 */
export class Exchange {
  readonly #request: IncomingMessage
  readonly #target: Target
  readonly #reader: BodyReader
  readonly #writer: ResponseWriter
  readonly #hooks: ExchangeHooks
  readonly #timeoutMs: number
  readonly #timer: NodeJS.Timeout | undefined
  #abortTimer: NodeJS.Timeout | undefined
  #server: Server | undefined
  #isFailed = false
  #isOver = false

  constructor(
    { request, response, target }: Asked,
    { timeoutMs, bodyMaxBytes }: Pick<HttpOptions, 'timeoutMs' | 'bodyMaxBytes'>,
    hooks: ExchangeHooks,
  ) {
    this.#request = request
    this.#target = target
    this.#hooks = hooks
    this.#timeoutMs = timeoutMs
    this.#writer = new ResponseWriter(response, bodyMaxBytes)
    this.#reader = new BodyReader(request, bodyMaxBytes, () => this.#refuseBody())
    response.once('close', () => this.#close())
    if (timeoutMs > 0) this.#timer = setTimeout(() => this.#timeOut(), Math.min(timeoutMs, LONGEST_TIMER_MS))
  }

  /** Assigns the child that answers. */
  begin(server: Server): void {
    this.#server = server
    const { headers } = this.#request
    const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
    server.ask(requestMessage(this.#request, this.#target, hasBody))
  }

  /** Handles a message of its child. */
  message(message: ExchangeMessage): void {
    switch (message.type) {
      case 'want': {
        const answer = (given: Given) => this.#give(given, message.ask)
        if (message.of === 'body') this.#reader.give(message.waitMs, answer)
        else if (message.of === 'room') this.#writer.room(message.waitMs, answer)
        else answer({ state: 'broken' })
        return
      }
      case 'head':
        this.#check(this.#writer.head(message.status, message.headers))
        return
      case 'body':
        this.#check(this.#writer.body(message.bytes))
        if (this.#writer.isFlooded) this.#server?.kill()
        return
      case 'finish':
        this.#check(this.#writer.finish(message.trailers))
        return
      case 'abandon':
        if (!this.#writer.isOver) this.#fail('its response is incomplete')
        return
      case 'refuse':
        this.#fail(`it answered with the error ${message.code}`)
        return
    }
  }

  /** The child has finished with the request. */
  answered(end: GuestEnd): void {
    if (end.kind === 'failed') this.#fail(end.error)
    else if (!this.#writer.isOver) this.#fail(unfinished(this.#writer.isBegun))
    this.#end()
  }

  /** Ends the exchange, with an error response if none has begun. */
  refuse(status: number, text: string): void {
    this.#writer.fail(status, text, [['connection', 'close']])
    this.#end()
  }

  /** Closes the connection after this response. */
  isLast(): void {
    this.#writer.isLast()
  }

  /** The child is gone. */
  lost(how: string): void {
    this.#fail(how)
    this.#end()
  }

  #give({ bytes, ...given }: Given, ask: number | undefined): void {
    if (!this.#isOver)
      this.#server?.give({ type: 'given', ...given, ...(ask !== undefined && { ask }) }, bytes)
  }

  #check(problem: string | undefined): void {
    if (problem !== undefined) this.#fail(problem)
  }

  #fail(error: string, status: keyof typeof FAILURES = 500): void {
    if (this.#isFailed || this.#isOver) return
    this.#isFailed = true
    this.#hooks.failed(error)
    this.#writer.fail(status, FAILURES[status])
  }

  #refuseBody(): void {
    this.#isFailed = true
    this.#writer.fail(413, 'the request is too long', [['connection', 'close']])
  }

  #timeOut(): void {
    if (this.#isOver) return
    if (this.#server === undefined) {
      this.#writer.fail(503, 'no child was free in time', [['connection', 'close']])
      this.#leave()
      return
    }
    this.#fail(`time limit of ${formatDuration(this.#timeoutMs)} of a request exceeded`, 504)
    this.#server.kill()
  }

  /** The response is complete, or the client is gone. */
  #close(): void {
    this.#reader.break()
    if (this.#isOver || this.#writer.isComplete) return
    if (this.#server === undefined) this.#leave()
    else this.#abortTimer ??= setTimeout(this.#server.kill, ABORT_GRACE_MS)
  }

  #leave(): void {
    this.#hooks.left()
    this.#end()
  }

  #end(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#hooks.over()
    clearTimeout(this.#timer)
    clearTimeout(this.#abortTimer)
  }
}
