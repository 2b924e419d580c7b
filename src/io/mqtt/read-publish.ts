import type { WholePacket } from './packet-splitter.js'

export type Publish = { readonly topic: string; readonly payload: Buffer }

/**
 * Reads a variable byte integer (MQTT 5, section 1.5.5), and where it ends. Reads at most four bytes, with zeros after
 * the end of the packet.
 */
const readInteger = (packet: Buffer, at: number): { readonly value: number; readonly end: number } => {
  let [value, end, unit] = [0, at, 1]
  for (; end < at + 3 && ((packet[end] ?? 0) & 0x80) !== 0; end++) {
    value += ((packet[end] ?? 0) & 0x7f) * unit
    unit *= 128
  }
  return { value: value + ((packet[end] ?? 0) & 0x7f) * unit, end: end + 1 }
}

/**
 * The topic and payload of a PUBLISH (MQTT 3.1.1 and 5, section 3.3); undefined if it is malformed. Of a packet in one piece, the
 * payload is a view.
 */
export const readPublish = (
  { bytes, pieces }: Pick<WholePacket, 'bytes' | 'pieces'>,
  hasProperties: boolean,
): Publish | undefined => {
  const [first] = pieces
  const packet = pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces)
  const { end: at } = readInteger(packet, 1)
  if (at + 2 > bytes) return undefined
  const topicEnd = at + 2 + packet.readUInt16BE(at)
  const headEnd = topicEnd + (((packet[0] ?? 0) & 0x06) === 0 ? 0 : 2)
  const properties = hasProperties ? readInteger(packet, headEnd) : { value: 0, end: headEnd }
  const payloadStart = properties.end + properties.value
  if (payloadStart > bytes) return undefined
  return { topic: packet.toString('utf8', at + 2, topicEnd), payload: packet.subarray(payloadStart) }
}
