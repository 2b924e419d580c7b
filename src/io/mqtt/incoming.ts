import type { IPublishPacket } from 'mqtt'
import type { InboundMessage, Packet } from '../../model/connection.js'
import type { MqttOptions } from './options.js'
import { bytesOf } from './packets.js'

/**
 * Decodes a message of the broker. Undefined if it is not to be delivered: its topic is unexpected or it is retained, which is
 * logged, or it is the marker.
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
