import type { MqttOptions } from './options.js'

/** Logs when the broker keeps the session for less time than it was asked to (MQTT 5); once for each time that it names. */
export class ExpiryLog {
  readonly #options: Pick<MqttOptions, 'log' | 'mqtt5' | 'cleanSession'>
  #reported: number | undefined

  constructor(options: Pick<MqttOptions, 'log' | 'mqtt5' | 'cleanSession'>) {
    this.#options = options
  }

  /** `used`: seconds, where the broker decided for itself. */
  report(used: number | undefined): void {
    const { log, mqtt5, cleanSession = false } = this.#options
    if (used === undefined || mqtt5 === undefined || cleanSession) return
    const { sessionExpirySeconds: asked } = mqtt5
    if (used >= asked || used === this.#reported) return
    this.#reported = used
    log.warn(
      { asked, used },
      'The broker keeps the session for a shorter time than requested: commands sent later than that are lost',
    )
  }
}
