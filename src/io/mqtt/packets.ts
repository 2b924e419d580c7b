import { crc32 } from 'node:zlib'
import type { IPublishPacket } from 'mqtt'
import type { Packet } from '../../model/connection.js'

/** A payload as bytes, without copying. */
export const bytesOf = (payload: string | Buffer): Buffer =>
  typeof payload === 'string' ? Buffer.from(payload) : payload

/** Identifies redeliveries of a message; undefined for QoS 0. */
export const packetOf = ({ qos, messageId, topic, payload }: IPublishPacket): Packet | undefined => {
  if (qos === 0 || messageId === undefined) return undefined
  const bytes = bytesOf(payload)
  return { qos, id: messageId, bytes: bytes.length, checksum: crc32(bytes, crc32(topic)) }
}

export const isSamePacket = (a: Packet, b: Packet): boolean =>
  a.id === b.id && a.qos === b.qos && a.bytes === b.bytes && a.checksum === b.checksum
