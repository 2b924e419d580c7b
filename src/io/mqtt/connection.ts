import type { IConnackPacket, Packet } from 'mqtt'
import { Observable, type Subscriber } from 'rxjs'
import { AckWatch } from './ack-watch.js'
import { fitsBroker, NO_LIMITS, obeyLimits } from './broker-limits.js'
import { ConnectionClient } from './client.js'
import { readConnack } from './connack.js'
import type { ConnectionContext, Ended, Up } from './connection-events.js'
import type { Entry } from './delivery.js'
import { closedReason, describeError, describeReason, type MqttVersion, type Reason } from './reasons.js'
import { PacketError } from './limiter.js'
import { refusalIn } from './refusal.js'
import { continueSession } from './release-again.js'
import { ShortageSigns } from './shortage-signs.js'
import { readSuback, subscribeOptions } from './subscription.js'

/** One connection, from opening the socket to its end. */
class MqttConnection {
  readonly #context: ConnectionContext
  readonly #subscriber: Subscriber<Up | Ended>
  readonly #client: ConnectionClient
  readonly #unsent = new Set<Entry>()
  readonly #watch: AckWatch
  readonly #signs = new ShortageSigns()
  readonly #version: MqttVersion
  #subackTimer: NodeJS.Timeout | undefined
  #reason: string | undefined
  #limits = NO_LIMITS
  #byPeer = true
  #requested = false
  #unauthorized = false
  #upSince: number | undefined
  #isPumping = false
  /** Once the client is ending, it accepts nothing more. */
  #isEnding = false

  constructor(context: ConnectionContext, subscriber: Subscriber<Up | Ended>) {
    const { options, topics, session, ready, beforeWrite, onOversize, onReceiving } = context
    const { timeoutMs } = options
    this.#context = context
    this.#version = options.mqtt5 === undefined ? '3.1.1' : '5'
    this.#subscriber = subscriber
    this.#client = new ConnectionClient(options, session, {
      onOversize: (topic, packetBytes) => onOversize(topics.get(topic) ?? topic, packetBytes),
      onSilence: () => this.#fail('the broker did not answer a ping'),
      ready,
      beforeWrite,
      isRoom: () => context.outbox.isRoom,
      onReceiving,
    })
    this.#watch = new AckWatch({
      timeoutMs,
      isOverdue: (before) => this.#client.bulkAt < before && session.flights.overdue(before),
      onOverdue: () => this.#fail(`a publication was not acknowledged within ${timeoutMs} ms`),
    })
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
    this.#watch.stop()
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
      // With QoS 2, this is the release of a message that the store has received.
      if (packet.qos !== 2) session.inbound.receive(packet)
    })
    client.on('connect', ({ sessionPresent }) => this.#connected(sessionPresent))
    client.on('error', (error) => {
      // MQTT.js only reports packets that it cannot parse or did not expect.
      if (!client.stream.destroyed) this.#fail(describeError(error))
      this.#reason ??= describeError(error)
      if (error instanceof PacketError) this.#byPeer = false
    })
    client.on('close', () => this.#ended())
  }

  #received(packet: Packet): void {
    this.#signs.received(packet)
    if (packet.cmd === 'suback' && packet.granted.length !== this.#context.topics.size)
      this.#fail(
        `the broker acknowledged ${packet.granted.length} of ${this.#context.topics.size} subscriptions`,
      )
    else if (packet.cmd === 'connack') this.#answered(packet)
    else if (packet.cmd === 'disconnect')
      this.#left({ code: packet.reasonCode ?? 0, words: packet.properties?.reasonString })
    const refusal = refusalIn(packet)
    if (refusal && this.#context.session.flights.refused(packet.messageId ?? 0, refusal))
      this.#fail(refusal.reason)
  }

  #answered(packet: IConnackPacket): void {
    const answer = readConnack(packet, this.#version)
    if (!answer.accepted) {
      this.#reason = answer.reason
      this.#byPeer = false
      this.#unauthorized = answer.unauthorized
      return
    }
    this.#signs.accepted()
    this.#client.releaseAgain(continueSession(this.#context.session, answer.sessionPresent))
    this.#limits = answer.limits
    obeyLimits(this.#context, answer.limits)
  }

  /** The broker's reason for ending the connection (MQTT 5). */
  #left(reason: Reason): void {
    this.#reason ??= `the broker ended the connection: ${describeReason(reason)}`
    this.#isEnding = true
    this.#client.cut()
  }

  #connected(sessionPresent: boolean): void {
    const { timeoutMs } = this.#context.options
    // The protocol does not allow a SUBSCRIBE without topics.
    if (this.#context.topics.size === 0) {
      this.#up({ sessionPresent, granted: new Map(), refused: [] })
      return
    }
    this.#subackTimer = setTimeout(
      () => this.#fail(`no answer to the subscription within ${timeoutMs} ms`),
      timeoutMs,
    )
    const asked = subscribeOptions(this.#context.options)
    this.#client.subscribe([...this.#context.topics.keys()], asked, (error, _subscriptions, suback) => {
      clearTimeout(this.#subackTimer)
      if (!this.#subscriber.closed)
        this.#subscribed(sessionPresent, suback?.granted.map(Number) ?? [], error ?? undefined)
    })
  }

  #subscribed(sessionPresent: boolean, codes: readonly number[], error: Error | undefined): void {
    const { problem, ...subscribed } = readSuback(this.#context, codes, error)
    if (problem === undefined) this.#up({ sessionPresent, ...subscribed })
    else this.#fail(problem)
  }

  #up(up: Pick<Up, 'sessionPresent' | 'granted' | 'refused'>): void {
    this.#upSince = performance.now()
    this.#subscriber.next({
      type: 'up',
      ...up,
      sessionExpirySeconds: this.#limits.sessionExpirySeconds,
      maximumPacketBytes: this.#limits.maximumPacketBytes,
      pump: () => this.#pump(),
      disconnect: () => this.#disconnect(),
    })
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
    // A listener of `handed` may have ended the connection.
    if (this.#isEnding) {
      outbox.putBack([entry])
      return
    }
    if (!fitsBroker(this.#context, entry, this.#limits)) return
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
      reason: (this.#reason ??= closedReason(this.#version, this.#client.isAnswered)),
      byPeer: this.#byPeer,
      requested: this.#requested,
      unauthorized: this.#unauthorized,
      upMs: this.#upSince === undefined ? undefined : performance.now() - this.#upSince,
      ...this.#signs.ended(this.#byPeer && this.#version === '3.1.1'),
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
