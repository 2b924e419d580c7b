import type { Aedes } from 'aedes'
import { Duplex } from 'node:stream'

type Outgoing = {
  readonly cmd: string
  readonly messageId: number
  brokerId?: string
  brokerCounter?: number
}

type Persistence = { outgoingUpdate: (client: unknown, packet: Outgoing) => Promise<void> }

/**
 * Fixes the persistent sessions of aedes 1.2: its PUBRELs have no broker ID, so its in-memory store takes any two of
 * them for the same one, and of two QoS 2 messages in flight to a client one was never released.
 */
export const mendSessions = (aedes: Aedes): void => {
  const { persistence } = aedes as unknown as { readonly persistence: Persistence }
  const update = persistence.outgoingUpdate.bind(persistence)
  persistence.outgoingUpdate = (client, packet) => {
    if (packet.cmd === 'pubrel' && packet.brokerId === undefined) {
      packet.brokerId = 'pubrel'
      packet.brokerCounter = packet.messageId
    }
    return update(client, packet)
  }
}

/**
 * Returns everything that is buffered at each `read()`, as aedes 1.2 expects. From Node.js 26 on, that call returns one
 * chunk, and the rest of a large message was not read.
 */
export const mendReading = <T extends Duplex>(stream: T): T => {
  const read = (size?: number): unknown => Duplex.prototype.read.call(stream, size)
  stream.read = (size?: number | null): unknown => {
    if (size !== undefined && size !== null) return read(size)
    const chunks: Buffer[] = []
    for (let chunk = read(); chunk instanceof Buffer; chunk = read()) chunks.push(chunk)
    return chunks.length > 1 ? Buffer.concat(chunks) : (chunks[0] ?? null)
  }
  return stream
}
