import { MqttClient, type IPublishPacket } from 'mqtt'
import { writeToStream } from 'mqtt-packet'
import { GuardedStream } from './guarded-stream.js'
import { PacketLimiter } from './limiter.js'
import type { MqttOptions, Qos } from './options.js'
import { preparation } from './preparation.js'
import { EventLoopBudget } from './event-loop-budget.js'
import { releasesOf } from './release-again.js'
import type { Session } from './session.js'
import { openTransport } from './transport.js'
import type { Precedence } from './waiting-messages.js'

export type ClientHooks = {
  readonly onOversize: (topic: string, packetBytes: number) => void
  /** A ping was not answered, and no data was transferred either. */
  readonly onSilence: () => void
  /** Resolves when the messages received so far may be acknowledged. */
  readonly ready: () => Promise<void> | undefined
  readonly beforeWrite: () => void
  /** Whether to process another message; call `resumeMessages` when there is room again. */
  readonly isRoom: () => boolean
  /** Whether a large packet is being received, called when that changes. */
  readonly onReceiving: (isReceiving: boolean) => void
}

/** An MQTT.js client for one connection. It neither reconnects nor subscribes by itself; the session outlives it. */
export class ConnectionClient extends MqttClient {
  readonly #hooks: ClientHooks
  readonly #open: { stream: GuardedStream | undefined }
  readonly #pace: EventLoopBudget
  readonly #flights: Session['flights']
  #pingPutOffAt = -Infinity
  /** The broker has accepted or refused the connection. */
  isAnswered = false

  constructor(options: MqttOptions, session: Session, hooks: ClientHooks) {
    const open: { stream: GuardedStream | undefined } = { stream: undefined }
    const limiter = new PacketLimiter({
      maxPacketBytes: options.maxPacketBytes,
      marker: session.marker,
      onOversize: hooks.onOversize,
      hasProperties: options.mqtt5 !== undefined,
    })
    const pace = new EventLoopBudget()
    // Otherwise MQTT.js creates a buffer for each number below 65536 in advance: 10 MB, and a fifth of the proplet's
    // start time.
    writeToStream.cacheNumbers = false
    const precedence = precedenceOf(options)
    const prepare = preparation(options, session.inbound.checksums, pace)
    super(
      () =>
        (open.stream = new GuardedStream(openTransport(options), limiter, { ...hooks, precedence, prepare })),
      {
        ...protocolOptions(options),
        incomingStore: session.inbound,
        outgoingStore: session.flights,
        messageIdProvider: session.ids,
      },
    )
    this.#open = open
    this.#pace = pace
    this.#flights = session.flights
    // MQTT.js calls this before it accepts a message of QoS 1 or 2; below MQTT 5 it sets the option itself
    this.options.customHandleAcks = (_topic, _message, _packet, goOn) => pace.next(() => goOn(0))
    this.#hooks = hooks
    // If a broker exceeds the receive maximum, MQTT.js closes the connection, again and again: mosquitto 2.0 does
    // exceed it after a
    // reconnection. So only the broker gets the limit, and the lanes bound what it sends ahead.
    this.on('packetsend', (packet) => {
      if (packet.cmd === 'connect' && packet.properties && options.mqtt5)
        packet.properties.receiveMaximum = options.mqtt5.receiveMaximum
    })
    this.on('packetreceive', (packet) => {
      if (packet.cmd === 'publish') open.stream?.messageTaken()
      if (packet.cmd !== 'connack') return
      this.isAnswered = true
      // We use no topic aliases; otherwise MQTT.js creates a table for as many as the broker allows.
      delete packet.properties?.topicAliasMaximum
    })
  }

  /** When a large packet last made progress, on the clock of `performance.now()`. */
  get bulkAt(): number {
    return this.#open.stream?.bulkAt ?? -Infinity
  }

  resumeMessages(): void {
    this.#open.stream?.resumeMessages()
  }

  /** Releases packet IDs before anything else is sent. MQTT.js ignores the answers, because it does not wait for any. */
  releaseAgain(ids: readonly number[]): void {
    if (ids.length > 0) this.#open.stream?.writeUnseen(releasesOf(ids))
  }

  /** Closes the connection at once, without a DISCONNECT, and clears all timers. */
  cut(): void {
    if (this.#open.stream !== undefined) this.end(true)
  }

  /** MQTT.js calls this after delivering a message, and processes the next packet after the callback. */
  override handleMessage(_packet: IPublishPacket, done: (error?: Error) => void): void {
    this.#pace.next(done)
  }

  /** Throttled, because MQTT.js calls this for each acknowledgement and creates a timer each time. */
  override reschedulePing(isForced = false): void {
    const now = performance.now()
    if (!isForced && now - this.#pingPutOffAt < this.keepalive * PUT_OFF_EVERY_MS) return
    this.#pingPutOffAt = now
    super.reschedulePing(isForced)
  }

  /**
   * MQTT.js calls this after 1.5 times the keep-alive interval without an answer. A bulk transfer in either direction delays
   * answers.
   */
  override onKeepaliveTimeout(): void {
    const keepAliveMs = this.keepalive * 1000
    if (performance.now() - this.bulkAt < keepAliveMs || this.#flights.isInTransit()) {
      this.sendPing()
      this.reschedulePing(true)
    } else {
      this.#hooks.onSilence()
    }
  }
}

/** Minimum interval between two postponements of the ping: an eighth of the keep-alive interval, in milliseconds per second. */
const PUT_OFF_EVERY_MS = 125

/** MQTT 5, section 3.1.2.11.3. */
const MAX_RECEIVE_MAXIMUM = 0xffff

const precedenceOf = ({ topicPrefix, precedence, mqtt5 }: MqttOptions): Precedence | undefined => {
  if (precedence === undefined) return undefined
  const topicOf = (subtopic: string) => `${topicPrefix}/${subtopic}`
  return {
    topic: topicOf(precedence.subtopic),
    ordered: precedence.ordered.map(topicOf),
    hasProperties: mqtt5 !== undefined,
  }
}

const protocolOptions = (options: MqttOptions) => {
  const { topicPrefix, will, username, password } = options
  // Some brokers refuse more, and a will need not arrive exactly once.
  const willQos: Qos = options.qos === 0 ? 0 : 1
  const { cleanSession = false, mqtt5 } = options
  return {
    protocolId: 'MQTT',
    protocolVersion: mqtt5 === undefined ? 4 : 5,
    ...(mqtt5 && {
      properties: {
        sessionExpiryInterval: cleanSession ? 0 : mqtt5.sessionExpirySeconds,
        receiveMaximum: MAX_RECEIVE_MAXIMUM,
      },
    }),
    clean: cleanSession,
    clientId: options.clientId,
    ...(username === '' ? {} : { username }),
    ...(password === '' ? {} : { password }),
    keepalive: options.keepAliveSeconds,
    connectTimeout: options.timeoutMs,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    manualConnect: true,
    ...(will !== undefined && {
      will: {
        topic: `${topicPrefix}/${will.subtopic}`,
        payload: Buffer.from(JSON.stringify(will.payload)),
        qos: willQos,
        retain: false,
      },
    }),
    // its own log would print the password with DEBUG=mqttjs*
    log: () => undefined,
  } as const
}
