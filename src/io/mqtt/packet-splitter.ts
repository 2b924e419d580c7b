import { isComplete, remainingBytes, typeOf } from './fixed-header.js'

/** One MQTT packet, in the pieces in which it arrived. */
export type WholePacket = {
  readonly type: number
  readonly bytes: number
  readonly pieces: readonly Buffer[]
}

/** Finds the packets in bytes that are split at any place (MQTT 3.1.1, section 2.2); their pieces are views. */
export class PacketSplitter {
  #header: number[] = []
  #pieces: Buffer[] = []
  /** Bytes of the packet still to come; negative while its header is being read. */
  #left = -1

  /** The pieces of a packet that is not complete. */
  get pending(): readonly Buffer[] {
    return this.#pieces
  }

  push(chunk: Buffer): readonly WholePacket[] {
    const packets: WholePacket[] = []
    let from = 0
    let at = 0
    while (at < chunk.length) {
      if (this.#left < 0) {
        this.#header.push(chunk.readUInt8(at++))
        if (isComplete(this.#header)) this.#left = remainingBytes(this.#header)
      } else {
        const taken = Math.min(this.#left, chunk.length - at)
        this.#left -= taken
        at += taken
      }
      if (this.#left !== 0) continue
      const pieces = [...this.#pieces, chunk.subarray(from, at)]
      const bytes = pieces.reduce((sum, { length }) => sum + length, 0)
      packets.push({ type: typeOf(this.#header[0] ?? 0), bytes, pieces })
      from = at
      this.#pieces = []
      this.#header = []
      this.#left = -1
    }
    if (from < at) this.#pieces.push(chunk.subarray(from, at))
    return packets
  }
}
