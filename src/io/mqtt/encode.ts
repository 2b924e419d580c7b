import type { Publication } from '../../model/publication.js'
import type { RejectionCause } from '../../model/delivery.js'
import { messageOf } from '../../model/message-of.js'
import type { Entry } from './delivery.js'

/** The maximum that four bytes of remaining length can express (MQTT 3.1.1, section 2.2.3). */
const MAX_REMAINING_LENGTH = 268_435_455
/** Fixed header of at most 5 bytes, topic length of 2, packet ID of 2. */
const HEADER_BYTES = 9

/** The length of empty properties (MQTT 5). */
const PROPERTIES_BYTES = 1

/** The maximum size of its PUBLISH, in either version of MQTT. */
export const packetBytesOf = ({ topic, payload }: Pick<Entry, 'topic' | 'payload'>): number =>
  HEADER_BYTES + PROPERTIES_BYTES + Buffer.byteLength(topic) + payload.length

export type Encoded =
  | { readonly ok: true; readonly topic: string; readonly payload: Buffer }
  | { readonly ok: false; readonly cause: RejectionCause; readonly reason: string }

/** Encodes a publication; left: why it is invalid. */
export const encode = (publication: Publication, topicPrefix: string, maxPacketBytes: number): Encoded => {
  const { subtopic } = publication
  if (!/^[^\s+#/\0][^\s+#\0]*$/.test(subtopic)) {
    return invalid(
      `the subtopic ${JSON.stringify(subtopic)} is empty, or has a leading slash, a space, + or #`,
    )
  }
  const topic = `${topicPrefix}/${subtopic}`
  const topicBytes = Buffer.byteLength(topic)
  if (topicBytes > 0xffff) return invalid(`the topic has ${topicBytes} bytes, expected at most 65535`)
  let payload: Buffer
  try {
    payload = encodedOf(publication)
  } catch (error) {
    return invalid(`the payload is not JSON: ${messageOf(error)}`)
  }
  const size = HEADER_BYTES + topicBytes + payload.length
  const limit = Math.min(maxPacketBytes, MAX_REMAINING_LENGTH)
  if (size > limit) {
    return { ok: false, cause: 'size', reason: `the message has ${size} bytes, expected at most ${limit}` }
  }
  return { ok: true, topic, payload }
}

const encodedOf = (publication: Publication): Buffer => {
  const { encoded } = publication
  return encoded === undefined
    ? Buffer.from(JSON.stringify(publication.payload))
    : Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength)
}

const invalid = (reason: string): Encoded => ({ ok: false, cause: 'invalid', reason })
