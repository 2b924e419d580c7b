import { isComplete, remainingBytes, typeOf } from './fixed-header.js'

/** One MQTT packet, in the pieces in which it arrived. */
export type WholePacket = {
  readonly type: number
  readonly bytes: number
  readonly pieces: readonly Buffer[]
}

/**
 * Finds the packets in a stream of bytes that may be split anywhere (MQTT 3.1.1, section 2.2). Their pieces are views; a packet of
 * more than `wholeAbove` bytes is joined as it arrives, because joining ten megabytes at the end would block the event loop.
 */
export class PacketSplitter {
  readonly #wholeAbove: number
  #header: number[] = []
  #pieces: Buffer[] = []
  /** A large packet, and how many bytes of it have arrived. */
  #whole: { readonly bytes: Buffer; length: number } | undefined
  /** Bytes of the packet still to come; negative while its header is being read. */
  #left = -1

  constructor(wholeAbove = Infinity) {
    this.#wholeAbove = wholeAbove
  }

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
        if (isComplete(this.#header)) this.#headerComplete()
      } else {
        const taken = Math.min(this.#left, chunk.length - at)
        this.#left -= taken
        at += taken
      }
      if (this.#left !== 0) continue
      this.#take(chunk.subarray(from, at))
      packets.push(this.#packet())
      from = at
    }
    if (from < at) this.#take(chunk.subarray(from, at))
    return packets
  }

  #headerComplete(): void {
    this.#left = remainingBytes(this.#header)
    const total = this.#header.length + this.#left
    if (total <= this.#wholeAbove) return
    this.#whole = { bytes: Buffer.allocUnsafeSlow(total), length: 0 }
    for (const piece of this.#pieces) this.#take(piece)
    this.#pieces = []
  }

  #take(piece: Buffer): void {
    if (this.#whole === undefined) this.#pieces.push(piece)
    else this.#whole.length += piece.copy(this.#whole.bytes, this.#whole.length)
  }

  #packet(): WholePacket {
    const pieces = this.#whole === undefined ? this.#pieces : [this.#whole.bytes]
    const bytes = pieces.reduce((sum, { length }) => sum + length, 0)
    const type = typeOf(this.#header[0] ?? 0)
    this.#pieces = []
    this.#whole = undefined
    this.#header = []
    this.#left = -1
    return { type, bytes, pieces }
  }
}
