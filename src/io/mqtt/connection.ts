import type { Packet } from 'mqtt'
import { Observable, type Subscriber } from 'rxjs'
import { ConnectionClient } from './client.js'
import type { ConnectionContext, Ended, Up } from './connection-events.js'
import type { Entry } from './delivery.js'
import { connackReason, describeError, isAuthorizationFailure } from './reasons.js'
import { PacketError } from './limiter.js'

/** One connection, from opening the socket to its end. */
class MqttConnection {
  readonly #context: ConnectionContext
  readonly #subscriber: Subscriber<Up | Ended>
  readonly #client: ConnectionClient
  readonly #unsent = new Set<Entry>()
  readonly #watch: NodeJS.Timeout
  readonly #watchMs: number
  #watchedAt = performance.now()
  #subackTimer: NodeJS.Timeout | undefined
  #reason: string | undefined
  #byPeer = true
  #requested = false
  #unauthorized = false
  #upSince: number | undefined
  #isPumping = false
  /** Once the client is ending, it accepts nothing more. */
  #isEnding = false

  constructor(context: ConnectionContext, subscriber: Subscriber<Up | Ended>) {
    const { options, topics, session, ready, beforeWrite, onOversize } = context
    const { timeoutMs } = options
    this.#context = context
    this.#subscriber = subscriber
    this.#client = new ConnectionClient(options, session, {
      onOversize: (topic, packetBytes) => onOversize(topics.get(topic) ?? topic, packetBytes),
      onSilence: () => this.#fail('the broker did not answer a ping'),
      ready,
      beforeWrite,
      isRoom: () => context.outbox.isRoom,
    })
    this.#watchMs = Math.max(20, Math.min(1000, timeoutMs / 8))
    this.#watch = setInterval(() => this.#checkAcknowledgements(), this.#watchMs)
    this.#listen()
  }

  open(): void {
    try {
      this.#client.connect()
    } catch (error) {
      this.#reason = describeError(error)
      this.#ended()
    }
  }

  /** Closes the connection without a DISCONNECT. */
  cut(): void {
    this.#isEnding = true
    clearInterval(this.#watch)
    clearTimeout(this.#subackTimer)
    this.#client.cut()
  }

  #listen(): void {
    const client = this.#client
    const { session } = this.#context
    client.on('packetreceive', (packet) => this.#received(packet))
    client.on('packetsend', (packet) => {
      if (packet.cmd === 'publish' || packet.cmd === 'pubrel') session.flights.sent(packet.messageId ?? 0)
    })
    client.on('message', (_topic, _payload, packet) => {
      // Of QoS 2, this is the release of what the store had received.
      if (packet.qos !== 2) session.inbound.receive(packet)
    })
    client.on('connect', ({ sessionPresent }) => this.#connected(sessionPresent))
    client.on('error', (error) => {
      // MQTT.js only reports what it can't parse or did not expect.
      if (!client.stream.destroyed) this.#fail(describeError(error))
      this.#reason ??= describeError(error)
      if (error instanceof PacketError) this.#byPeer = false
    })
    client.on('close', () => this.#ended())
  }

  #received(packet: Packet): void {
    const { session } = this.#context
    if (packet.cmd === 'suback' && packet.granted.length !== this.#context.topics.size)
      this.#fail(
        `the broker acknowledged ${packet.granted.length} of ${this.#context.topics.size} subscriptions`,
      )
    if (packet.cmd !== 'connack') return
    const { returnCode = 0, sessionPresent } = packet
    if (returnCode === 0) {
      session.flights.connected(sessionPresent)
      if (!sessionPresent) session.inbound.clear()
    } else {
      this.#reason = connackReason(returnCode)
      this.#byPeer = false
      this.#unauthorized = isAuthorizationFailure(returnCode)
    }
  }

  #connected(sessionPresent: boolean): void {
    const { timeoutMs, qos } = this.#context.options
    // A SUBSCRIBE without topics is against the protocol.
    if (this.#context.topics.size === 0) {
      this.#up({ sessionPresent, granted: new Map(), refused: [] })
      return
    }
    this.#subackTimer = setTimeout(
      () => this.#fail(`no answer to the subscription within ${timeoutMs} ms`),
      timeoutMs,
    )
    this.#client.subscribe([...this.#context.topics.keys()], { qos }, (error, _subscriptions, suback) => {
      clearTimeout(this.#subackTimer)
      if (!this.#subscriber.closed)
        this.#subscribed(sessionPresent, suback?.granted.map(Number) ?? [], error ?? undefined)
    })
  }

  #subscribed(sessionPresent: boolean, codes: readonly number[], error: Error | undefined): void {
    const { topicPrefix, qos, optional } = this.#context.options
    const granted = new Map(
      [...this.#context.topics.values()].map((subtopic, i) => [subtopic, codes[i] ?? qos]),
    )
    const refused = [...granted].flatMap(([subtopic, code]) => ((code & 0x80) !== 0 ? [subtopic] : []))
    const missing = refused.filter((subtopic) => optional?.includes(subtopic) !== true)
    for (const subtopic of refused) granted.delete(subtopic)
    if (missing.length > 0) {
      const names = missing.map((subtopic) => `${topicPrefix}/${subtopic}`)
      this.#fail(`the broker refused the subscription to ${names.join(', ')}`)
    } else if (error && refused.length === 0) this.#fail(`the subscription failed: ${error.message}`)
    else this.#up({ sessionPresent, granted, refused })
  }

  #up(up: Pick<Up, 'sessionPresent' | 'granted' | 'refused'>): void {
    this.#upSince = performance.now()
    this.#subscriber.next({
      type: 'up',
      ...up,
      pump: () => this.#pump(),
      disconnect: () => this.#disconnect(),
    })
  }

  #checkAcknowledgements(): void {
    const { options, session } = this.#context
    const now = performance.now()
    const sleptMs = now - this.#watchedAt - this.#watchMs
    this.#watchedAt = now
    // After a sleep, of the machine or of this process, timers come before what has arrived meanwhile.
    if (sleptMs > options.timeoutMs / 2) return
    const before = now - options.timeoutMs
    if (this.#client.bulkAt < before && session.flights.overdue(before))
      this.#fail(`a publication was not acknowledged within ${options.timeoutMs} ms`)
  }

  #takeNext(): Entry | undefined {
    const { outbox, session } = this.#context
    return this.#isEnding ? undefined : outbox.take(session.flights.sparesLatest())
  }

  #pump(): void {
    if (this.#isPumping) return
    this.#isPumping = true
    try {
      for (let entry = this.#takeNext(); entry !== undefined; entry = this.#takeNext()) this.#hand(entry)
    } finally {
      this.#isPumping = false
    }
    if (this.#context.outbox.isRoom && !this.#isEnding) this.#client.resumeMessages()
  }

  #hand(entry: Entry): void {
    const { options, session, outbox, onWritten } = this.#context
    // A listener of `handed` may have ended the link.
    if (this.#isEnding) {
      outbox.putBack([entry])
      return
    }
    const { keep, sequence } = entry.publication
    const qos = keep === 'latest' && session.flights.sparesLatest() ? 0 : session.publishQos.value
    if (qos > 0) {
      // Before it is sent: otherwise the next process would send it again under another ID.
      if (sequence !== undefined) options.journal?.sent(sequence, session.ids.next ?? 0)
      this.#client.publish(entry.topic, entry.payload, { qos })
      session.flights.launch(this.#client.getLastMessageId(), entry)
    } else {
      this.#unsent.add(entry)
      this.#client.publish(entry.topic, entry.payload, { qos }, (error) => {
        if (!error && this.#unsent.delete(entry)) onWritten(entry)
      })
    }
  }

  #fail(why: string): void {
    this.#reason ??= why
    this.#byPeer = false
    this.#isEnding = true
    this.#client.cut()
  }

  #disconnect(): void {
    this.#reason ??= 'disconnected'
    this.#byPeer = false
    this.#requested = true
    this.#isEnding = true
    this.#client.end()
  }

  #ended(): void {
    this.#isEnding = true
    this.#context.outbox.putBack([...this.#unsent])
    this.#unsent.clear()
    this.#subscriber.next({
      type: 'ended',
      reason: (this.#reason ??= 'closed by the broker'),
      byPeer: this.#byPeer,
      requested: this.#requested,
      unauthorized: this.#unauthorized,
      upMs: this.#upSince === undefined ? undefined : performance.now() - this.#upSince,
    })
    this.#subscriber.complete()
  }
}

/**
 * One connection to the broker, from opening the socket to its end: at most one `up`, then `ended`, then it completes;
 * it never errors. Unsubscribing closes the connection without a DISCONNECT.
 */
export const connectOnce = (context: ConnectionContext): Observable<Up | Ended> =>
  new Observable((subscriber) => {
    const connection = new MqttConnection(context, subscriber)
    subscriber.add(() => connection.cut())
    connection.open()
  })
