import type { Aedes } from 'aedes'

type Outgoing = {
  readonly cmd: string
  readonly messageId: number
  brokerId?: string
  brokerCounter?: number
}

type Persistence = { outgoingUpdate: (client: unknown, packet: Outgoing) => Promise<void> }

/**
 * Mends the persistent sessions of aedes 1.2: its PUBRELs carry no broker id, and its in-memory store takes any two of
 * them for the same one. So of two QoS 2 messages in flight to a client, one was never released.
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
