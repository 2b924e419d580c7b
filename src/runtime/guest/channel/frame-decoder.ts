import { FRAME_HEADER_BYTES } from './frames.js'
import { BODY_PIECE_BYTES } from './protocol.js'

/** Messages of a guest are short: the longest is a thousand return values, or an error. */
const MAX_JSON_BYTES = 256 * 1024

/** Turns the bytes of a child's channel into frames, each a JSON value and a body; throws if a frame is malformed. */
export class FrameDecoder {
  #pending: Buffer = Buffer.alloc(0)

  /** Passes on each value, parsed but not validated, with its body. */
  push(chunk: Buffer, take: (value: unknown, body: Uint8Array) => void): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk])
    while (this.#pending.length >= FRAME_HEADER_BYTES) {
      const jsonBytes = this.#pending.readUInt32LE(0)
      const bodyBytes = this.#pending.readUInt32LE(4)
      if (jsonBytes > MAX_JSON_BYTES || bodyBytes > BODY_PIECE_BYTES) throw new Error('a frame is too long')
      const jsonEnd = FRAME_HEADER_BYTES + jsonBytes
      const end = jsonEnd + bodyBytes
      if (this.#pending.length < end) return
      const json = this.#pending.toString('utf8', FRAME_HEADER_BYTES, jsonEnd)
      const body = this.#pending.subarray(jsonEnd, end)
      this.#pending = this.#pending.subarray(end)
      take(JSON.parse(json), body)
    }
  }
}
