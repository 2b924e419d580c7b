import { writeSync } from 'node:fs'
import { Socket, type SocketConstructorOpts } from 'node:net'
import type { NativeSocket } from '../../channel/inbox.js'
import { codeOf } from '../../../../model/code-of.js'
import { bytesOf, type Piece, type WriteBuffer } from './write-buffer.js'

type Written = (error?: Error | null) => void

/** Takes no more at once, or interrupted: what is left goes another way. */
const LATER: ReadonlySet<string | undefined> = new Set(['EAGAIN', 'EWOULDBLOCK', 'EINTR'])

/**
 * A connection of a client that the daemon has handed over. While a guest runs there is no event loop: what is written then
 * goes to the kernel at once, and what the kernel has no room for to `overflow`.
 */
export class HandedSocket extends Socket {
  readonly connection: number
  /** Since the last request that is answered. */
  consumed: Buffer[] = []
  /** Requests that have begun in what was consumed. */
  requests = 0
  /** It is the daemon's again: nothing is said of its end. */
  isReturned = false
  /** Set while a guest runs that answers on it. */
  overflow: ((bytes: Uint8Array) => void) | undefined
  /** The client is gone, or something else went wrong with it. */
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

  /** Some of a response went to the daemon, so all that follows has to. */
  get isOverflowing(): boolean {
    return this.#isOverflowing
  }

  /** Nothing more is read from it. */
  stopReading(): void {
    this.pause()
    this.#native.readStop?.()
  }

  /** Writes what was corked. */
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

  /** Returns how many bytes the kernel has taken. */
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
