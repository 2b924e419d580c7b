import type { Up } from './connection-events.js'
import type { MqttOptions } from './options.js'

type Options = Pick<MqttOptions, 'log' | 'mqtt5' | 'cleanSession' | 'maxPacketBytes'>

/** Logs each connection, and (MQTT 5) once if the broker keeps the session for less time than requested or takes no large packets. */
export class ConnectedLog {
  readonly #options: Options
  readonly #broker: string
  #reportedExpiry: number | undefined
  #reportedBytes: number | undefined

  constructor(options: Options, broker: string) {
    this.#options = options
    this.#broker = broker
  }

  report({ sessionPresent, sessionExpirySeconds, maximumPacketBytes }: Up): void {
    const { log, mqtt5 } = this.#options
    const version = mqtt5 && { mqtt: '5' }
    log.info({ broker: this.#broker, ...version, sessionPresent }, 'Connected to the broker')
    this.#reportExpiry(sessionExpirySeconds)
    this.#reportSize(maximumPacketBytes)
  }

  #reportSize(maximumPacketBytes: number): void {
    const { log, maxPacketBytes } = this.#options
    if (maximumPacketBytes >= maxPacketBytes || maximumPacketBytes === this.#reportedBytes) return
    this.#reportedBytes = maximumPacketBytes
    log.warn(
      { maxPacketBytes, maximumPacketBytes },
      'The broker takes only smaller packets than configured: larger ones are not published',
    )
  }

  /** Logged once per duration. */
  #reportExpiry(used: number | undefined): void {
    const { log, mqtt5, cleanSession = false } = this.#options
    if (used === undefined || mqtt5 === undefined || cleanSession) return
    const { sessionExpirySeconds: asked } = mqtt5
    if (used >= asked || used === this.#reportedExpiry) return
    this.#reportedExpiry = used
    log.warn(
      { asked, used },
      'The broker keeps the session for a shorter time than requested: commands sent later than that are lost',
    )
  }
}
