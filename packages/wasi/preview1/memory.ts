import { HostError } from '../host/errors.js'
import { decodeUtf8 } from '../host/text.js'
import { MAX_PATH_BYTES } from '../host/walk.js'

/** `IOV_MAX` of Linux. */
const MAX_IOVECS = 1024
/** Maximum bytes of one read or write; the rest is a short count, as POSIX allows. */
const MAX_TRANSFER = 2 ** 30

const encoder = new TextEncoder()

/**
 * The guest's memory. Every access is checked, and is EFAULT outside of the memory (everything is, before `bind`). Pointers and
 * lengths may be negative, as WebAssembly passes signed numbers to JavaScript.
 */
export class GuestMemory {
  #memory: WebAssembly.Memory | undefined
  #bytes = new Uint8Array(0)
  #view = new DataView(new ArrayBuffer(0))

  bind(memory: WebAssembly.Memory): void {
    this.#memory = memory
  }

  /** The address as a non-negative number; EFAULT unless `length` bytes (0 or more) are there. */
  check(pointer: number, length: number): number {
    this.#refresh()
    const start = pointer >>> 0
    if (start + length > this.#bytes.length) throw new HostError('EFAULT')
    return start
  }

  /** The bytes themselves, not a copy: valid only until the guest continues. */
  bytes(pointer: number, length: number): Uint8Array {
    const start = this.check(pointer, length >>> 0)
    return this.#bytes.subarray(start, start + (length >>> 0))
  }

  /** EILSEQ for invalid UTF-8; ENAMETOOLONG before an overlong name is decoded. */
  path(pointer: number, length: number): string {
    const bytes = this.bytes(pointer, length)
    if (bytes.length > MAX_PATH_BYTES) throw new HostError('ENAMETOOLONG')
    // A copy, because shared memory cannot be decoded in place.
    return decodeUtf8(bytes.slice())
  }

  /** The non-empty buffers of an array of `iovec` or `ciovec`. EINVAL: more than 1024 of them. */
  buffers(pointer: number, count: number): Uint8Array[] {
    const length = count >>> 0
    const start = this.check(pointer, length * 8)
    if (length > MAX_IOVECS) throw new HostError('EINVAL')
    const buffers: Uint8Array[] = []
    let room = MAX_TRANSFER
    for (let at = start; at < start + length * 8; at += 8) {
      const bytes = this.bytes(this.getU32(at), this.getU32(at + 4))
      if (bytes.length > 0 && room > 0) buffers.push(bytes.length > room ? bytes.subarray(0, room) : bytes)
      room -= bytes.length
    }
    return buffers
  }

  getU8(pointer: number): number {
    const at = this.check(pointer, 1)
    return this.#view.getUint8(at)
  }

  getU16(pointer: number): number {
    const at = this.check(pointer, 2)
    return this.#view.getUint16(at, true)
  }

  getU32(pointer: number): number {
    const at = this.check(pointer, 4)
    return this.#view.getUint32(at, true)
  }

  getU64(pointer: number): bigint {
    const at = this.check(pointer, 8)
    return this.#view.getBigUint64(at, true)
  }

  setU8(pointer: number, value: number): void {
    const at = this.check(pointer, 1)
    this.#view.setUint8(at, value)
  }

  setU16(pointer: number, value: number): void {
    const at = this.check(pointer, 2)
    this.#view.setUint16(at, value, true)
  }

  setU32(pointer: number, value: number): void {
    const at = this.check(pointer, 4)
    this.#view.setUint32(at, value, true)
  }

  setU64(pointer: number, value: bigint): void {
    const at = this.check(pointer, 8)
    this.#view.setBigUint64(at, value, true)
  }

  /** Writes UTF-8, cut to `room` bytes; returns the number of bytes written. */
  setText(pointer: number, room: number, text: string): number {
    const target = this.bytes(pointer, room)
    const source = encoder.encode(text).subarray(0, target.length)
    target.set(source)
    return source.length
  }

  // When a memory grows it gets a new buffer, and views of the old one become empty.
  #refresh(): void {
    const buffer = this.#memory?.buffer
    if (buffer !== undefined && buffer !== this.#bytes.buffer) {
      this.#bytes = new Uint8Array(buffer)
      this.#view = new DataView(buffer)
    }
  }
}
