import type { ConnectionContext } from './connection-events.js'
import type { MqttOptions } from './options.js'
import { describeReason } from './reasons.js'

/** Retain handling: no messages that were retained before the subscription (MQTT 5, section 3.8.3.1). */
const NO_RETAINED = 2

/** With MQTT 5, a subscription can exclude retained messages. */
export const subscribeOptions = ({ qos, mqtt5, retained }: MqttOptions) => ({
  qos,
  ...(mqtt5 && retained === false && { rh: NO_RETAINED }),
})

export type Subscribed = {
  /** The QoS granted for each subtopic. */
  readonly granted: ReadonlyMap<string, number>
  /** Optional subtopics that were refused. */
  readonly refused: readonly string[]
  /** Why the connection cannot be used. */
  readonly problem: string | undefined
}

const isRefused = (code: number): boolean => (code & 0x80) !== 0

/** Reads the codes of a SUBACK, one for each topic in their order. */
export const readSuback = (
  { options, topics }: Pick<ConnectionContext, 'options' | 'topics'>,
  codes: readonly number[],
  error: Error | undefined,
): Subscribed => {
  const { topicPrefix, qos, optional = [], mqtt5 } = options
  const answers = [...topics.values()].map((subtopic, i) => ({ subtopic, code: codes[i] ?? qos }))
  const refused = answers.filter(({ code }) => isRefused(code))
  // The only failure code of MQTT 3.1.1 gives no reason.
  const missing = refused
    .filter(({ subtopic }) => !optional.includes(subtopic))
    .map(({ subtopic, code }) =>
      mqtt5 === undefined
        ? `${topicPrefix}/${subtopic}`
        : `${topicPrefix}/${subtopic}: ${describeReason({ code })}`,
    )
  return {
    granted: new Map(
      answers.filter(({ code }) => !isRefused(code)).map(({ subtopic, code }) => [subtopic, code]),
    ),
    refused: refused.map(({ subtopic }) => subtopic),
    problem:
      missing.length > 0
        ? `the broker refused the subscription to ${missing.join(', ')}`
        : error && refused.length === 0
          ? `the subscription failed: ${error.message}`
          : undefined,
  }
}
