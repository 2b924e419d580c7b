import { parser, type Packet } from 'mqtt-packet'

/** Takes the bytes of one direction of one connection, split anywhere; gives the packets that they end. */
export const createPacketReader = (): ((bytes: Buffer) => readonly Packet[]) => {
  const reader = parser({ protocolVersion: 4 })
  const packets: Packet[] = []
  reader.on('packet', (packet) => packets.push(packet))
  return (bytes) => {
    reader.parse(bytes)
    return packets.splice(0)
  }
}
