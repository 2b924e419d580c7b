import { isComplete, PUBLISH, remainingBytes, typeOf } from './fixed-header.js'

/** Maximum size of other packets, in bytes; brokers send none near it: a SUBACK has one byte per topic. */
export const MAX_CONTROL_PACKET_BYTES = 64 * 1024
/** A packet larger than this, in bytes, is a bulk transfer, which may delay the acknowledgements behind it. */
export const BULK_BYTES = 64 * 1024

const NO_PROPERTIES = Buffer.from([0])

/** The peer violated the protocol or one of our limits; the connection must be closed. */
export class PacketError extends Error {
  readonly code = 'MQTT_PACKET'
  override readonly name = 'PacketError'
}

export type LimiterOptions = {
  readonly maxPacketBytes: number
  /** The payload that replaces an oversized one; different from any real payload. */
  readonly marker: Uint8Array
  readonly onOversize: (topic: string, packetBytes: number) => void
  /** Whether a PUBLISH has properties (MQTT 5). */
  readonly hasProperties?: boolean
}

/**
 * Scans the bytes from a broker, split anywhere (MQTT 3.1.1, section 2.2). A PUBLISH larger than `maxPacketBytes` is replaced by
 * one with the same flags, topic and packet ID, without properties, and with `marker` as its payload. So it is acknowledged and
 * not delivered again, while its real payload is dropped as it arrives.
 *
 * Invariant: a packet is in exactly one phase. Its fixed header is read (`#header`), it is passed on (`#passing` bytes are left),
 * its variable header is collected (`#oversize`), or its payload is dropped (`#dropping` bytes are left).
 */
export class PacketLimiter {
  readonly #options: LimiterOptions
  #header: number[] = []
  #passing = 0
  #dropping = 0
  #oversize:
    { readonly first: number; readonly remaining: number; readonly total: number; head: Buffer } | undefined
  #packetBytes = 0

  constructor(options: LimiterOptions) {
    this.#options = options
  }

  /** Whether a large packet is being received. */
  get bulk(): boolean {
    return (this.#passing > 0 || this.#dropping > 0) && this.#packetBytes > BULK_BYTES
  }

  /** Returns the parts of `chunk` to pass on, as views. Throws a `PacketError` if the connection must be closed. */
  push(chunk: Buffer): Buffer[] {
    const out: Buffer[] = []
    let from = 0
    let at = 0
    let headerFrom = -1
    const flush = (to: number) => {
      if (to > from) out.push(chunk.subarray(from, to))
    }
    while (at < chunk.length) {
      if (this.#passing > 0) {
        const n = Math.min(this.#passing, chunk.length - at)
        this.#passing -= n
        at += n
      } else if (this.#dropping > 0) {
        const n = Math.min(this.#dropping, chunk.length - at)
        this.#dropping -= n
        from = at += n
      } else if (this.#oversize !== undefined) {
        from = at += this.#collect(chunk.subarray(at), out)
      } else {
        if (this.#header.length === 0) headerFrom = at
        this.#header.push(chunk.readUInt8(at++))
        if (!this.#headerComplete()) continue
        if (this.#admit()) {
          if (headerFrom < 0) {
            out.push(Buffer.from(this.#header))
            from = at
          }
        } else {
          if (headerFrom >= 0) flush(headerFrom)
          from = at
        }
        this.#header = []
        headerFrom = -1
      }
    }
    if (this.#header.length === 0) flush(at)
    else if (headerFrom >= 0) flush(headerFrom)
    return out
  }

  #headerComplete(): boolean {
    const complete = isComplete(this.#header)
    if (!complete && this.#header.length === 5)
      throw new PacketError('malformed remaining length: more than four bytes')
    return complete
  }

  /** Whether to pass the packet on; otherwise it is replaced. */
  #admit(): boolean {
    const [first = 0] = this.#header
    const remaining = remainingBytes(this.#header)
    const total = this.#header.length + remaining
    const type = typeOf(first)
    if (type !== PUBLISH && total > MAX_CONTROL_PACKET_BYTES) {
      throw new PacketError(
        `a packet of type ${type} with ${total} bytes, expected at most ${MAX_CONTROL_PACKET_BYTES}`,
      )
    }
    this.#packetBytes = total
    if (type === PUBLISH && total > this.#options.maxPacketBytes) {
      this.#oversize = { first, remaining, total, head: Buffer.alloc(0) }
      return false
    }
    this.#passing = remaining
    return true
  }

  /** Collects bytes of the variable header: topic, and packet ID unless QoS is 0. Returns how many it consumed. */
  #collect(bytes: Buffer, out: Buffer[]): number {
    const oversize = this.#oversize
    if (oversize === undefined) return 0
    const { first, remaining, total, head } = oversize
    const idBytes = (first & 0x06) === 0 ? 0 : 2
    const wanted = head.length < 2 ? 2 : 2 + head.readUInt16BE(0) + idBytes
    const taken = bytes.subarray(0, wanted - head.length)
    oversize.head = Buffer.concat([head, taken])
    if (wanted === 2 && oversize.head.length === 2) {
      const topicBytes = oversize.head.readUInt16BE(0)
      if (topicBytes === 0) throw new PacketError('malformed PUBLISH: its topic is empty')
      if (2 + topicBytes + idBytes > remaining) {
        throw new PacketError('malformed PUBLISH: its topic is longer than the packet')
      }
    }
    if (oversize.head.length === wanted && head.length >= 2) {
      const topicEnd = wanted - idBytes
      this.#options.onOversize(oversize.head.toString('utf8', 2, topicEnd), total)
      const { marker, hasProperties = false } = this.#options
      const properties = hasProperties ? NO_PROPERTIES : Buffer.alloc(0)
      out.push(
        Buffer.from([first, ...remainingLength(wanted + properties.length + marker.length)]),
        oversize.head,
        properties,
        Buffer.from(marker),
      )
      this.#dropping = remaining - wanted
      this.#oversize = undefined
    }
    return taken.length
  }
}

const remainingLength = (value: number): number[] =>
  value < 128 ? [value] : [(value & 0x7f) | 0x80, ...remainingLength(value >>> 7)]
