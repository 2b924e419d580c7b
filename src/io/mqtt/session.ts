import { randomBytes } from 'node:crypto'
import type { Entry } from './delivery.js'
import { Flights } from './flights.js'
import { InboundStore } from './inbound-store.js'
import { MessageIds } from './message-ids.js'
import type { Qos } from './options.js'

/** Several hundred chunks of a binary. */
const MAX_INBOUND_BYTES = 256 * 1024 * 1024

export type SessionOptions = {
  readonly qos: Qos
  readonly random: () => number
  readonly onAcknowledged: (entry: Entry) => void
}

/** What our side of an MQTT session keeps from one connection to the next. */
export type Session = {
  readonly flights: Flights
  readonly inbound: InboundStore
  readonly ids: MessageIds
  /** The payload of a message whose real one was too large. */
  readonly marker: Buffer
}

export const createSession = ({ qos, random, onAcknowledged }: SessionOptions): Session => {
  const flights = new Flights(qos, onAcknowledged)
  return {
    flights,
    inbound: new InboundStore(MAX_INBOUND_BYTES),
    ids: new MessageIds(random, (id) => flights.has(id)),
    marker: randomBytes(32),
  }
}
