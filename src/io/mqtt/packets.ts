import { crc32 } from 'node:zlib'
import type { IPublishPacket } from 'mqtt'
import type { Packet } from '../../model/connection.js'
import { atOnce, type Sliced } from '../../model/sliced.js'

/** A payload as bytes, without copying. */
export const bytesOf = (payload: string | Buffer): Buffer =>
  typeof payload === 'string' ? Buffer.from(payload) : payload

const SLICE_BYTES = 1024 * 1024

/** CRC-32 of topic and payload, in slices. */
function* checksumOf(topic: string, payload: Uint8Array): Sliced<number> {
  let sum = crc32(topic)
  for (let at = 0; at < payload.length; at += SLICE_BYTES) {
    sum = crc32(payload.subarray(at, at + SLICE_BYTES), sum)
    yield
  }
  return sum
}

/** Checksums of messages that are about to be delivered. */
export class Checksums {
  /** Checksums by the buffer of the payload. */
  readonly #known = new WeakMap<ArrayBufferLike, number>()

  of(topic: string, payload: Uint8Array): number {
    return this.#known.get(payload.buffer) ?? atOnce(checksumOf(topic, payload))
  }

  /** Computes the checksum ahead. The buffer of the payload must contain nothing but its packet. */
  *learn(topic: string, payload: Uint8Array): Sliced<void> {
    const sum = yield* checksumOf(topic, payload)
    this.#known.set(payload.buffer, sum)
  }
}

/** Identifies redeliveries of a message; undefined for QoS 0. */
export const packetOf = (
  { qos, messageId, topic, payload }: IPublishPacket,
  checksums = new Checksums(),
): Packet | undefined => {
  if (qos === 0 || messageId === undefined) return undefined
  const bytes = bytesOf(payload)
  return { qos, id: messageId, bytes: bytes.length, checksum: checksums.of(topic, bytes) }
}

export const isSamePacket = (a: Packet, b: Packet): boolean =>
  a.id === b.id && a.qos === b.qos && a.bytes === b.bytes && a.checksum === b.checksum
