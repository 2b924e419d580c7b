import type { IPublishPacket } from 'mqtt'
import type { InboundMessage, Packet } from '../../model/connection.js'
import type { MqttOptions } from './options.js'
import { bytesOf } from './packets.js'

/**
 * Reads what the broker sent. Undefined if it holds no message for us: of an unexpected topic or retained, which is
 * logged, or the marker.
 */
export const incomingBy =
  (topics: ReadonlyMap<string, string>, { retained, log }: Pick<MqttOptions, 'retained' | 'log'>) =>
  (
    { topic, payload, retain }: Pick<IPublishPacket, 'topic' | 'payload' | 'retain'>,
    packet: Packet | undefined,
    marker: Buffer,
  ): InboundMessage | undefined => {
    const bytes = bytesOf(payload)
    const subtopic = topics.get(topic)
    if (subtopic === undefined) log.debug({ topic }, 'Message dropped: unexpected topic')
    else if (retain && retained === false)
      log.warn(
        { subtopic, bytes: bytes.length },
        'Retained message dropped: it may have been acted on before',
      )
    else if (!bytes.equals(marker)) return { subtopic, payload: bytes, ...(packet && { packet }) }
    return undefined
  }
