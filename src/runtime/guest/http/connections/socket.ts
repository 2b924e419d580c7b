import { writeSync } from 'node:fs'
import { Socket, type SocketConstructorOpts } from 'node:net'
import type { NativeSocket } from '../../channel/inbox.js'
import { codeOf } from '../../../../model/code-of.js'
import type { Framing } from './framing.js'
import { requestBytes } from './request-bytes.js'
import { bytesOf, type Piece, type WriteBuffer } from './write-buffer.js'

type Written = (error?: Error | null) => void

/** Errors of a write to a full socket, or of one that was interrupted; the rest then goes through the daemon. */
const LATER: ReadonlySet<string | undefined> = new Set(['EAGAIN', 'EWOULDBLOCK', 'EINTR'])

/**
 * A client's connection that the daemon has handed over. A running guest has no event loop, so its writes go directly to the
 * kernel, and what the kernel has no room for goes to `overflow`.
 */
export class HandedSocket extends Socket {
  readonly connection: number
  /** Bytes read that no answered request consists of. */
  consumed: Buffer[] = []
  /** The number of requests that begin in `consumed`. */
  requests = 0
  /** Whether only the daemon still has it; its end is not reported then. */
  isReturned = false
  /** Set while a guest answers on this connection. */
  overflow: ((bytes: Uint8Array) => void) | undefined
  /** Whether a write has failed, usually because the client is gone. */
  isBroken = false
  readonly #native: NativeSocket
  readonly #buffer: WriteBuffer
  #isOverflowing = false

  /** @param buffer shared by the connections of a guest */
  constructor(connection: number, native: NativeSocket, buffer: WriteBuffer) {
    const options: SocketConstructorOpts & { readonly handle: NativeSocket } = {
      handle: native,
      allowHalfOpen: true,
      readable: true,
      writable: true,
    }
    super(options)
    this.connection = connection
    this.#native = native
    this.#buffer = buffer
  }

  /** Whether a part of the response went to the daemon, so that the rest must follow it. */
  get isOverflowing(): boolean {
    return this.#isOverflowing
  }

  /** Drops the answered request, the first one, from what was consumed. False, and all is dropped, if its end can't be told. */
  dropRequest(framing: Framing): boolean {
    const [first] = this.consumed
    const bytes = this.consumed.length === 1 && first !== undefined ? first : Buffer.concat(this.consumed)
    const length = requestBytes(bytes, framing)
    this.consumed = length === undefined || length === bytes.length ? [] : [bytes.subarray(length)]
    this.requests = length === undefined ? 0 : this.requests - 1
    return length !== undefined
  }

  stopReading(): void {
    this.pause()
    this.#native.readStop?.()
  }

  /** Stops reading for good. What was read while its parser had paused it is consumed as well. */
  endReading(): void {
    this.stopReading()
    this.removeAllListeners('data')
    for (let bytes: unknown = this.read(); Buffer.isBuffer(bytes); bytes = this.read())
      this.consumed.push(bytes)
  }

  /** Writes everything that is corked. */
  uncorkAll(): void {
    while (this.writableCorked > 0) this.uncork()
  }

  override _write(chunk: Uint8Array | string, encoding: BufferEncoding, written: Written): void {
    if (this.overflow === undefined) super._write(chunk, encoding, written)
    else this.#writeNow(bytesOf({ chunk, encoding }), this.overflow, written)
  }

  override _writev(chunks: Piece[], written: Written): void {
    if (this.overflow === undefined) super._writev?.(chunks, written)
    else this.#writeNow(this.#buffer.join(chunks), this.overflow, written)
  }

  #writeNow(bytes: Uint8Array, overflow: (bytes: Uint8Array) => void, written: Written): void {
    const sent = this.#isOverflowing || this.isBroken ? 0 : this.#send(bytes)
    if (sent < bytes.length && !this.isBroken) {
      this.#isOverflowing = true
      overflow(bytes.subarray(sent))
    }
    written()
  }

  /** Returns how many bytes the kernel accepted. */
  #send(bytes: Uint8Array): number {
    const { fd } = this.#native
    if (fd === undefined || fd < 0) {
      this.isBroken = true
      return 0
    }
    let sent = 0
    try {
      while (sent < bytes.length) sent += writeSync(fd, bytes, sent)
    } catch (error) {
      if (!LATER.has(codeOf(error))) this.isBroken = true
    }
    return sent
  }
}
