import { parser, type Packet } from 'mqtt-packet'

/** Parses the bytes of one direction of a connection, split anywhere; returns the packets that they complete. */
export const createPacketReader = (): ((bytes: Buffer) => readonly Packet[]) => {
  const reader = parser({ protocolVersion: 4 })
  const packets: Packet[] = []
  reader.on('packet', (packet) => packets.push(packet))
  return (bytes) => {
    reader.parse(bytes)
    return packets.splice(0)
  }
}
