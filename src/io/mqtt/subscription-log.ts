import type { Up } from './connection-events.js'
import type { MqttLog } from './options.js'

export type SubscriptionLogOptions = { readonly topicPrefix: string; readonly qos: number }

/** Says what the broker granted; what stays the same over several connections only once. */
export class SubscriptionLog {
  readonly #log: MqttLog
  readonly #options: SubscriptionLogOptions
  readonly #granted = new Set<string>()
  /** Refused, or of a lower QoS. */
  readonly #lowered = new Set<string>()

  constructor(log: MqttLog, options: SubscriptionLogOptions) {
    this.#log = log
    this.#options = options
  }

  report({ granted, refused }: Pick<Up, 'granted' | 'refused'>): void {
    const { topicPrefix, qos } = this.#options
    for (const [subtopic, grantedQos] of granted) {
      const level = this.#granted.has(subtopic) ? 'debug' : 'info'
      this.#granted.add(subtopic)
      this.#log[level]({ qos: grantedQos }, `Subscribed to topic: ${topicPrefix}/${subtopic}`)
      if (grantedQos >= qos || !this.#isNew(subtopic)) continue
      this.#log.warn(
        { subtopic, asked: qos, granted: grantedQos },
        'the broker granted a lower QoS than asked',
      )
    }
    for (const subtopic of refused)
      if (this.#isNew(subtopic))
        this.#log.warn({ subtopic }, 'the broker refused a subscription that we can do without')
  }

  #isNew(subtopic: string): boolean {
    const isNew = !this.#lowered.has(subtopic)
    this.#lowered.add(subtopic)
    return isNew
  }
}
