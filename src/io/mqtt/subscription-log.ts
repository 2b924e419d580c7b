import type { Up } from './connection-events.js'
import type { MqttOptions } from './options.js'

/** Logs what the broker grants; unchanged results of later connections are not logged again. */
export class SubscriptionLog {
  readonly #options: Pick<MqttOptions, 'log' | 'qos' | 'topicPrefix'>
  readonly #subscribed = new Set<string>()
  readonly #refused = new Set<string>()
  #isLowered = false

  constructor(options: Pick<MqttOptions, 'log' | 'qos' | 'topicPrefix'>) {
    this.#options = options
  }

  /** @param used the QoS of publications from now on */
  report({ granted, refused }: Pick<Up, 'granted' | 'refused'>, used: number): void {
    this.#reportGranted(granted)
    this.#reportQos(granted, used)
    this.#reportRefused(refused)
  }

  #reportGranted(granted: Up['granted']): void {
    const { log, topicPrefix } = this.#options
    for (const [subtopic, qos] of granted) {
      const level = this.#subscribed.has(subtopic) ? 'debug' : 'info'
      this.#subscribed.add(subtopic)
      log[level]({ qos }, `Subscribed to topic: ${topicPrefix}/${subtopic}`)
    }
  }

  #reportQos(granted: Up['granted'], used: number): void {
    const { log, qos: asked } = this.#options
    if (used >= asked || this.#isLowered) return
    this.#isLowered = true
    const subtopics = [...granted].flatMap(([subtopic, qos]) => (qos < asked ? [subtopic] : []))
    log.warn(
      { asked, used, ...(subtopics.length > 0 && { subtopics }) },
      'The broker grants a lower QoS than requested; publishing with no more',
    )
  }

  #reportRefused(refused: Up['refused']): void {
    for (const subtopic of refused) {
      if (this.#refused.has(subtopic)) continue
      this.#refused.add(subtopic)
      this.#options.log.warn({ subtopic }, 'The broker refused an optional subscription')
    }
  }
}
