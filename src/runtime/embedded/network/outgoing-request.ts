import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import { BodyReader } from '../bytes/body-reader.js'
import { pairsOf } from '../../guest/http/messages/fields.js'
import { BodyWriter } from '../bytes/body-writer.js'
import { Waiter, type Answer, type Given } from '../bytes/waiter.js'
import type { HttpField, NetworkError, HttpRequest } from '../../guest/channel/protocol.js'
import { isForbidden } from '../../../net/hop-by-hop.js'
import { addressOf } from '../../../net/guest-address.js'
import { httpErrorOf } from './error.js'
import type { Opened, OpenedMessage } from './opened.js'
import { guardedLookup, type Guard } from '../../../net/guard.js'
import type { Refused } from '../../../net/guest-reach.js'
import { allows, linkLocalGuard, type NetworkOptions } from '../../../net/policy.js'
import { tlsOptions } from '../../../net/tls.js'
import { LONGEST_TIMER_MS } from '../../../model/longest-timer.js'

/** The guest decides how much of a response it reads. */
const UNLIMITED = Infinity

/** One HTTP request of a guest, made by the daemon. It is sent when its body begins or ends, or when its response is awaited. */
export class OutgoingRequest implements Opened {
  readonly #wanted: HttpRequest
  readonly #answer = new Waiter(() => this.#take())
  readonly #timers = new Set<NodeJS.Timeout>()
  #request: ClientRequest | undefined
  #writer: BodyWriter | undefined
  #response: IncomingMessage | undefined
  #reader: BodyReader | undefined
  #error: NetworkError | undefined
  #isBegun = false

  constructor(wanted: HttpRequest, options: NetworkOptions, refused: Refused) {
    this.#wanted = wanted
    try {
      this.#open(options, refused)
    } catch {
      // Node.js rejects a method, a path or a field.
      this.#error = { tag: 'HTTP-request-URI-invalid' }
    }
  }

  get isFlooded(): boolean {
    return this.#writer?.isFlooded ?? false
  }

  message(message: OpenedMessage, answer: Answer): void {
    switch (message.type) {
      case 'want':
        if (message.of === 'room') this.#room(message.waitMs, answer)
        else if (message.of === 'answer') this.#answerOf(message.waitMs, answer)
        else if (this.#reader === undefined) answer(this.#broken())
        else this.#reader.give(message.waitMs, (given) => answer(this.#withError(given)))
        return
      case 'body':
        this.#begin(true)
        this.#writer?.write(message.bytes)
        return
      case 'finish':
        this.#finish(message.trailers)
        return
      case 'abandon':
        this.#fail({ tag: 'internal-error' })
        return
      case 'datagram':
      case 'associate':
        return
    }
  }

  close(): void {
    this.#clearTimers()
    this.#request?.destroy()
    this.#response?.destroy()
  }

  #open({ rules, tls }: NetworkOptions, refused: Refused): void {
    const { scheme, authority, method, path, headers, connectMs } = this.#wanted
    const isSecure = scheme === 'https'
    if (!isSecure && scheme !== 'http') {
      this.#error = { tag: 'HTTP-protocol-error' }
      return
    }
    const destination = addressOf(authority, isSecure ? 443 : 80)
    if (destination === undefined) {
      this.#error = { tag: 'HTTP-request-URI-invalid' }
      return
    }
    const { host, port } = destination
    if (!allows(rules, host, port)) {
      refused(`${host}:${port}`)
      this.#error = { tag: 'HTTP-request-denied' }
      return
    }
    const common = {
      host,
      port,
      method,
      path,
      setHost: false,
      agent: false,
      lookup: guardedLookup(guardOf(rules, refused), port),
    }
    const request = isSecure
      ? httpsRequest({
          ...common,
          ...tlsOptions(tls),
          ...(isIP(host) === 0 && { servername: host }),
        })
      : httpRequest(common)
    this.#request = request
    this.#writer = new BodyWriter(request)
    request.on('error', (error) => this.#fail(httpErrorOf(error)))
    request.on('response', (response) => this.#receive(response))
    request.on('close', () => this.#fail({ tag: 'HTTP-response-incomplete' }))
    request.setHeader('host', authority)
    for (const [name, value] of headers)
      if (!isForbidden(name)) request.appendHeader(name.toLowerCase(), value)
    if (connectMs !== null) this.#limitConnect(request, connectMs)
  }

  #begin(hasBody: boolean): void {
    const request = this.#request
    if (this.#isBegun || request === undefined || this.#error !== undefined) return
    this.#isBegun = true
    if (hasBody && !request.hasHeader('content-length')) request.setHeader('transfer-encoding', 'chunked')
    if (hasBody) request.flushHeaders()
    const { firstByteMs } = this.#wanted
    if (firstByteMs !== null) this.#after(firstByteMs, { tag: 'HTTP-response-timeout' })
  }

  #finish(trailers: readonly HttpField[]): void {
    const request = this.#request
    this.#begin(false)
    if (request === undefined || this.#error !== undefined) return
    try {
      if (trailers.length > 0)
        request.addTrailers(trailers.map(([name, value]): [string, string] => [name, value]))
      request.end()
    } catch {
      this.#fail({ tag: 'HTTP-request-trailer-size', val: {} })
    }
  }

  #receive(response: IncomingMessage): void {
    this.#clearTimers()
    this.#response = response
    this.#reader = new BodyReader(response, UNLIMITED, () => undefined)
    response.on('error', (error) => (this.#error ??= httpErrorOf(error)))
    const { betweenBytesMs } = this.#wanted
    if (betweenBytesMs !== null)
      response.setTimeout(Math.max(1, betweenBytesMs), () => {
        this.#error ??= { tag: 'connection-read-timeout' }
        response.destroy()
      })
    this.#answer.offer()
  }

  #room(waitMs: number | null, answer: Answer): void {
    this.#begin(true)
    if (this.#writer === undefined || this.#error !== undefined) answer(this.#broken())
    else this.#writer.room(waitMs, (given) => answer(this.#withError(given)))
  }

  #answerOf(waitMs: number | null, answer: Answer): void {
    // A guest that waits for a response before it ends its body expects the request to be sent.
    this.#begin(true)
    this.#answer.ask(waitMs, answer)
  }

  #take(): Given | undefined {
    if (this.#response !== undefined) {
      const { statusCode = 0, rawHeaders } = this.#response
      const headers = pairsOf(rawHeaders).filter(([name]) => !isForbidden(name))
      return { state: 'some', answer: { kind: 'response', status: statusCode, headers } }
    }
    return this.#error === undefined ? undefined : this.#broken()
  }

  #broken(): Given {
    return { state: 'broken', error: this.#error ?? { tag: 'connection-terminated' } }
  }

  #withError(given: Given): Given {
    return given.state === 'broken' ? this.#broken() : given
  }

  #fail(error: NetworkError): void {
    if (this.#response !== undefined) return
    this.#error ??= error
    this.#clearTimers()
    this.#request?.destroy()
    this.#answer.offer()
  }

  #limitConnect(request: ClientRequest, ms: number): void {
    const timer = this.#after(ms, { tag: 'connection-timeout' })
    const connected = () => {
      clearTimeout(timer)
      this.#timers.delete(timer)
    }
    request.once('socket', (socket) => {
      socket.once('connect', connected)
    })
  }

  #after(ms: number, error: NetworkError): NodeJS.Timeout {
    const timer = setTimeout(() => this.#fail(error), Math.min(ms, LONGEST_TIMER_MS))
    this.#timers.add(timer)
    return timer
  }

  #clearTimers(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
  }
}

/** An allowed name may resolve to addresses that are not allowed. */
const guardOf =
  (rules: NetworkOptions['rules'], refused: Refused): Guard =>
  (host, address, port) => {
    const refusal = linkLocalGuard(rules)(host, address, port)
    if (refusal !== undefined) refused(`${host} (${address})`)
    return refusal
  }
