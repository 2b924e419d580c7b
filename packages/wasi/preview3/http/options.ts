import { WitError } from '../../preview2/failure.js'
import { RequestOptions as RequestOptions2 } from '../../http/request-options.js'

/** `request-options` of wasi:http/types: those of WASI 0.2, mutable until they are part of a request. */
export class RequestOptions {
  readonly #inner: RequestOptions2
  readonly #isMutable: boolean

  /** Options of a request are not `mutable`. */
  static of(inner: RequestOptions2, isMutable: boolean): RequestOptions {
    return new RequestOptions(inner, isMutable)
  }

  static inner(options: RequestOptions | undefined): RequestOptions2 | undefined {
    return options === undefined ? undefined : options.#inner
  }

  constructor(inner = new RequestOptions2(), isMutable = true) {
    this.#inner = inner
    this.#isMutable = isMutable
  }

  getConnectTimeout(): bigint | undefined {
    return this.#inner.connectTimeout()
  }

  setConnectTimeout(duration: bigint | undefined): void {
    this.#admit().setConnectTimeout(duration)
  }

  getFirstByteTimeout(): bigint | undefined {
    return this.#inner.firstByteTimeout()
  }

  setFirstByteTimeout(duration: bigint | undefined): void {
    this.#admit().setFirstByteTimeout(duration)
  }

  getBetweenBytesTimeout(): bigint | undefined {
    return this.#inner.betweenBytesTimeout()
  }

  setBetweenBytesTimeout(duration: bigint | undefined): void {
    this.#admit().setBetweenBytesTimeout(duration)
  }

  clone(): RequestOptions {
    return new RequestOptions(this.#inner.clone())
  }

  [Symbol.dispose](): void {
    // There is nothing to release.
  }

  #admit(): RequestOptions2 {
    if (!this.#isMutable) throw new WitError({ tag: 'immutable' }, 'the options of a request do not change')
    return this.#inner
  }
}
