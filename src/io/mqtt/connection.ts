import { Observable } from 'rxjs'
import { ConnectionClient } from './client.js'
import type { Entry } from './delivery.js'
import { connackReason, describeError, isAuthorizationFailure } from './reasons.js'
import { PacketError } from './limiter.js'
import type { MqttOptions } from './options.js'
import type { Outbox } from './outbox.js'
import type { Session } from './session.js'

export type Ended = {
  readonly type: 'ended'
  readonly reason: string
  /** Ended from outside, without a decision of ours. */
  readonly byPeer: boolean
  /** Ended by `disconnect`. */
  readonly requested: boolean
  /** The broker doesn't accept who we are. */
  readonly unauthorized: boolean
  /** How long the link was up, in milliseconds; undefined if it never was. */
  readonly upMs: number | undefined
}

/** The connection is up: every subscription has been granted, but for optional ones. */
export type Up = {
  readonly type: 'up'
  readonly sessionPresent: boolean
  /** The QoS granted for each subtopic. */
  readonly granted: ReadonlyMap<string, number>
  /** Optional subtopics that were not granted. */
  readonly refused: readonly string[]
  /** Hands over what the outbox gives. */
  readonly pump: () => void
  /** Sends a DISCONNECT, so that the broker forgets the Last Will, and closes. */
  readonly disconnect: () => void
}

export type ConnectionContext = {
  readonly options: MqttOptions
  readonly session: Session
  readonly outbox: Outbox
  /** When the messages so far may be acknowledged. */
  readonly ready: () => Promise<void> | undefined
  /** A publication of QoS 0 has been written. */
  readonly onWritten: (entry: Entry) => void
  readonly onOversize: (subtopic: string, packetBytes: number) => void
}

/**
 * One connection to the broker, from opening the socket to its end: at most one `up`, then `ended`, then it completes;
 * it never errors. Unsubscribing closes the connection without a DISCONNECT.
 */
export const connectOnce = (context: ConnectionContext): Observable<Up | Ended> =>
  new Observable((subscriber) => {
    const { options, session, outbox, ready, onWritten, onOversize } = context
    const { topicPrefix, timeoutMs, qos, journal } = options
    const topics = new Map(options.subscriptions.map((subtopic) => [`${topicPrefix}/${subtopic}`, subtopic]))
    const unsent = new Set<Entry>()
    let reason: string | undefined
    let byPeer = true
    let requested = false
    let unauthorized = false
    let upSince: number | undefined
    let pumping = false
    // once the client is ending, it accepts nothing more
    let ending = false

    const fail = (why: string) => {
      reason ??= why
      byPeer = false
      ending = true
      client.cut()
    }
    const disconnect = () => {
      reason ??= 'disconnected'
      byPeer = false
      requested = true
      ending = true
      client.end()
    }
    const client = new ConnectionClient(options, session, {
      onOversize: (topic, packetBytes) => onOversize(topics.get(topic) ?? topic, packetBytes),
      onSilence: () => fail('the broker did not answer a ping'),
      ready,
    })
    const watch = setInterval(
      () => {
        const before = performance.now() - timeoutMs
        if (client.bulkAt < before && session.flights.overdue(before)) {
          fail(`a publication was not acknowledged within ${timeoutMs} ms`)
        }
      },
      Math.max(20, Math.min(1000, timeoutMs / 8)),
    )
    let subackTimer: NodeJS.Timeout | undefined

    const takeNext = () => (ending ? undefined : outbox.take())
    const pump = () => {
      if (pumping) return
      pumping = true
      try {
        for (let entry = takeNext(); entry !== undefined; entry = takeNext()) hand(entry)
      } finally {
        pumping = false
      }
    }
    const hand = (entry: Entry) => {
      // a listener of `handed` may have ended the link
      if (ending) {
        outbox.putBack([entry])
        return
      }
      const qos = session.publishQos.value
      if (qos > 0) {
        const { sequence } = entry.publication
        // Before it is sent: otherwise the next process would send it again under another ID.
        if (sequence !== undefined) journal?.sent(sequence, session.ids.next ?? 0)
        client.publish(entry.topic, entry.payload, { qos })
        session.flights.launch(client.getLastMessageId(), entry)
      } else {
        unsent.add(entry)
        client.publish(entry.topic, entry.payload, { qos }, (error) => {
          if (!error && unsent.delete(entry)) onWritten(entry)
        })
      }
    }
    const ended = () => {
      ending = true
      outbox.putBack([...unsent])
      unsent.clear()
      const upMs = upSince === undefined ? undefined : performance.now() - upSince
      reason ??= 'closed by the broker'
      subscriber.next({ type: 'ended', reason, byPeer, requested, unauthorized, upMs })
      subscriber.complete()
    }

    client.on('packetreceive', (packet) => {
      if (packet.cmd === 'suback' && packet.granted.length !== topics.size) {
        fail(`the broker answered for ${packet.granted.length} of ${topics.size} subscriptions`)
      }
      if (packet.cmd !== 'connack') return
      const { returnCode = 0, sessionPresent } = packet
      if (returnCode === 0) {
        session.flights.connected(sessionPresent)
        if (!sessionPresent) session.inbound.clear()
      } else {
        reason = connackReason(returnCode)
        byPeer = false
        unauthorized = isAuthorizationFailure(returnCode)
      }
    })
    client.on('packetsend', (packet) => {
      if (packet.cmd === 'publish' || packet.cmd === 'pubrel') session.flights.sent(packet.messageId ?? 0)
    })
    client.on('message', (_topic, _payload, packet) => {
      // Of QoS 2, this is the release of what the store had received.
      if (packet.qos !== 2) session.inbound.receive(packet)
    })
    client.on('connect', ({ sessionPresent }) => {
      // a SUBSCRIBE without topics is against the protocol
      if (topics.size === 0) {
        upSince = performance.now()
        subscriber.next({ type: 'up', sessionPresent, granted: new Map(), refused: [], pump, disconnect })
        return
      }
      subackTimer = setTimeout(() => fail(`no answer to the subscription within ${timeoutMs} ms`), timeoutMs)
      client.subscribe([...topics.keys()], { qos }, (error, _subscriptions, suback) => {
        clearTimeout(subackTimer)
        if (subscriber.closed) return
        const granted = suback?.granted.map(Number) ?? []
        const qosOf = new Map([...topics.values()].map((subtopic, i) => [subtopic, granted[i] ?? qos]))
        const refused = [...qosOf].flatMap(([subtopic, code]) => ((code & 0x80) !== 0 ? [subtopic] : []))
        const missing = refused.filter((subtopic) => options.optional?.includes(subtopic) !== true)
        for (const subtopic of refused) qosOf.delete(subtopic)
        if (missing.length > 0) {
          const names = missing.map((subtopic) => `${topicPrefix}/${subtopic}`)
          fail(`the broker refused to subscribe us to ${names.join(', ')}`)
        } else if (error && refused.length === 0) fail(`the subscription failed: ${error.message}`)
        else {
          upSince = performance.now()
          subscriber.next({
            type: 'up',
            sessionPresent,
            granted: qosOf,
            refused,
            pump,
            disconnect,
          })
        }
      })
    })
    client.on('error', (error) => {
      // MQTT.js only reports what it can't parse or did not expect
      if (!client.stream.destroyed) fail(describeError(error))
      reason ??= describeError(error)
      if (error instanceof PacketError) byPeer = false
    })
    client.on('close', ended)

    subscriber.add(() => {
      ending = true
      clearInterval(watch)
      clearTimeout(subackTimer)
      client.cut()
    })
    try {
      client.connect()
    } catch (error) {
      reason = describeError(error)
      ended()
    }
  })
