import { FRAME_HEADER_BYTES } from '../guest/frames.js'

/** A guest says little: the longest is a thousand return values, or an error. */
const MAX_JSON_BYTES = 256 * 1024

/** Takes the bytes of a child's channel, gives the JSON values of its frames; throws at what is no such frame. */
export class FrameDecoder {
  #pending: Buffer = Buffer.alloc(0)

  /** Hands over each value, parsed and not checked. */
  push(chunk: Buffer, take: (value: unknown) => void): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk])
    while (this.#pending.length >= FRAME_HEADER_BYTES) {
      const jsonBytes = this.#pending.readUInt32LE(0)
      const bodyBytes = this.#pending.readUInt32LE(4)
      if (jsonBytes > MAX_JSON_BYTES || bodyBytes > 0) throw new Error('a frame of a child is too long')
      const end = FRAME_HEADER_BYTES + jsonBytes
      if (this.#pending.length < end) return
      const json = this.#pending.toString('utf8', FRAME_HEADER_BYTES, end)
      this.#pending = this.#pending.subarray(end)
      take(JSON.parse(json))
    }
  }
}
