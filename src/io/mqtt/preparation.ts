import type { Sliced } from '../../model/sliced.js'
import type { EventLoopBudget } from './event-loop-budget.js'
import type { LanesOptions } from './inbound-lanes.js'
import { topicsOf, type MqttOptions } from './options.js'
import type { Checksums } from './packets.js'
import { readPublish } from './read-publish.js'

/** Does in slices what large messages need before they are delivered: their checksum, and the work of `MqttOptions.ahead`. */
export const preparation = (
  options: Pick<MqttOptions, 'ahead' | 'mqtt5' | 'topicPrefix' | 'subscriptions'>,
  checksums: Checksums,
  budget: EventLoopBudget,
): NonNullable<LanesOptions['prepare']> => {
  const { ahead, mqtt5 } = options
  const topics = topicsOf(options)
  function* prepare(topic: string, payload: Buffer): Sliced<void> {
    yield* checksums.learn(topic, payload)
    const subtopic = topics.get(topic)
    if (subtopic !== undefined && ahead !== undefined) yield* ahead(subtopic, payload)
  }
  return (message, ready) => {
    const publish = readPublish(message, mqtt5 !== undefined)
    if (publish === undefined) ready()
    else budget.run(prepare(publish.topic, publish.payload), ready)
  }
}
