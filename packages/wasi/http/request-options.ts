import type { RequestTimes } from './message.js'

/** `request-options` of wasi:http/types; durations in nanoseconds. */
export class RequestOptions {
  #connect: bigint | undefined
  #firstByte: bigint | undefined
  #betweenBytes: bigint | undefined

  static times(options: RequestOptions | undefined): RequestTimes {
    return {
      connect: options?.connectTimeout(),
      firstByte: options?.firstByteTimeout(),
      betweenBytes: options?.betweenBytesTimeout(),
    }
  }

  clone(): RequestOptions {
    const copy = new RequestOptions()
    copy.#connect = this.#connect
    copy.#firstByte = this.#firstByte
    copy.#betweenBytes = this.#betweenBytes
    return copy
  }

  connectTimeout(): bigint | undefined {
    return this.#connect
  }

  setConnectTimeout(duration: bigint | undefined): void {
    this.#connect = duration
  }

  firstByteTimeout(): bigint | undefined {
    return this.#firstByte
  }

  setFirstByteTimeout(duration: bigint | undefined): void {
    this.#firstByte = duration
  }

  betweenBytesTimeout(): bigint | undefined {
    return this.#betweenBytes
  }

  setBetweenBytesTimeout(duration: bigint | undefined): void {
    this.#betweenBytes = duration
  }

  [Symbol.dispose](): void {
    // There is nothing to release.
  }
}
