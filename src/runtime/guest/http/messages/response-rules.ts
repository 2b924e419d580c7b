import { messageOf } from '../../../../model/message-of.js'
import type { HttpField } from '../../channel/protocol.js'

/** Checks a response against HTTP and the limit on its body. Each step returns what is wrong, worded for the log. */
export class ResponseRules {
  readonly #method: string
  readonly #maxBytes: number
  #declared: number | undefined
  #sent = 0

  /** @param method of the request */
  constructor(method: string, maxBytes: number) {
    this.#method = method
    this.#maxBytes = maxBytes
  }

  /** The size of the body so far. */
  get bytes(): number {
    return this.#sent
  }

  head(status: number, headers: readonly HttpField[]): string | undefined {
    if (status < 200 || status > 599) return `it answered with status ${status}`
    const lengths = headers.filter(([name]) => name.toLowerCase() === 'content-length')
    if (lengths.length > 1 || !lengths.every(([, value]) => /^\d{1,15}$/.test(value)))
      return 'its content-length is not a number'
    const hasBody = this.#method !== 'HEAD' && status !== 204 && status !== 304
    if (hasBody && lengths[0] !== undefined) this.#declared = Number(lengths[0][1])
    return undefined
  }

  body(bytes: number): string | undefined {
    this.#sent += bytes
    if (this.#sent > this.#maxBytes) return `the response is longer than ${this.#maxBytes} bytes`
    return this.#sent > (this.#declared ?? Infinity)
      ? 'the response is longer than its content-length'
      : undefined
  }

  finish(): string | undefined {
    return this.#sent < (this.#declared ?? 0) ? 'the response is shorter than its content-length' : undefined
  }
}

/** The problem of a guest that ended before its response was complete, worded for the log. */
export const unfinished = (isBegun: boolean): string =>
  isBegun ? 'it ended before its response was complete' : 'it ended without a response'

/** Returns the message of the exception that Node.js throws if a field is malformed. */
export function attempt(write: () => void): string | undefined {
  try {
    write()
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}
