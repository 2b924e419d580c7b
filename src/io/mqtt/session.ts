import { randomBytes } from 'node:crypto'
import type { IPublishPacket } from 'mqtt'
import type { Packet } from '../../model/connection.js'
import { CompletedIds } from './completed-ids.js'
import type { Entry } from './delivery.js'
import { InflightStore } from './inflight-store.js'
import type { InflightWindow } from './inflight-window.js'
import { InboundStore } from './inbound-store.js'
import { MessageIds } from './message-ids.js'
import type { MqttOptions } from './options.js'
import { PublishQos } from './publish-qos.js'

export type SessionOptions = Pick<MqttOptions, 'qos' | 'random' | 'journal'> & {
  readonly window: InflightWindow
  readonly onAcknowledged: (entry: Entry) => void
  readonly onRefused: (entry: Entry, reason: string) => void
  /** `packet` is undefined with QoS 0. */
  readonly onMessage: (message: IPublishPacket, packet: Packet | undefined) => void
  /** Whether there is a subscriber; otherwise messages are neither delivered nor remembered. */
  readonly isListening: () => boolean
}

/** The client's part of the MQTT session, which outlives connections. */
export type Session = {
  readonly flights: InflightStore
  readonly publishQos: PublishQos
  readonly window: InflightWindow
  readonly completed: CompletedIds
  readonly inbound: InboundStore
  readonly ids: MessageIds
  /** The payload that the client sees if a message was too large or has already been delivered. */
  readonly marker: Buffer
}

export const createSession = (options: SessionOptions): Session => {
  const { qos, window, random, journal, onAcknowledged, onRefused, onMessage, isListening } = options
  const publishQos = new PublishQos(qos)
  const completed = new CompletedIds()
  const flights = new InflightStore(publishQos, {
    onAcknowledged: (entry) => {
      window.acknowledged()
      onAcknowledged(entry)
    },
    onRefused,
    onCompleted: (id) => completed.add(id),
    onReleased: ({ publication: { sequence } }) => {
      publishQos.prove()
      if (sequence !== undefined) journal?.released(sequence)
    },
    onAnew: ({ publication: { sequence } }, id) => {
      if (sequence !== undefined) journal?.sent(sequence, id)
    },
  })
  const marker = randomBytes(32)
  return {
    flights,
    publishQos,
    window,
    completed,
    inbound: new InboundStore(
      marker,
      {
        deliver: onMessage,
        isListening,
        forget: (id) => journal?.forget(id),
        forgetAll: () => journal?.loseSession(),
      },
      journal?.packets,
    ),
    ids: new MessageIds(random, (id) => flights.has(id)),
    marker,
  }
}
