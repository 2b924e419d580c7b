import {
  asyncScheduler,
  BehaviorSubject,
  Subject,
  defer,
  finalize,
  merge,
  mergeMap,
  of,
  takeUntil,
  type Observable,
  type Observer,
} from 'rxjs'
import type { Connection, InboundMessage, Inflow } from '../../model/connection.js'
import type { Delivery, OutboxStats } from '../../model/delivery.js'
import type { Publication } from '../../model/publication.js'
import { Backoff, stableAfterMs } from './backoff.js'
import { closeLink, type CloseReport } from './closing.js'
import type { ConnectionContext, Ended, Up } from './connection-events.js'
import { ConnectedLog } from './connected-log.js'
import { ConnectionState } from './connection-state.js'
import { deliverBy } from './deliver.js'
import type { Entry } from './delivery.js'
import { FailureLog } from './failure-log.js'
import { incomingBy } from './incoming.js'
import { InflightWindow } from './inflight-window.js'
import { inflowOf } from './inflow.js'
import { topicsOf, type MqttOptions, type Qos } from './options.js'
import { Outbox } from './outbox.js'
import { reconnect } from './reconnect.js'
import { RejectionLog } from './rejection-log.js'
import { createSession } from './session.js'
import { reactToShortage } from './shortage.js'
import { SubscriptionLog } from './subscription-log.js'
import { describeAddress } from './transport.js'

/** Nobody consumed the messages, so they are not acknowledged. */
const NEVER_READY = new Promise<void>(() => undefined)

/** A message that was too large; it was acknowledged and dropped. */
export type OversizeMessage = { readonly subtopic: string; readonly packetBytes: number }

/** The client's side of the broker, across connections; it lives as long as the subscription to `openMqtt`. */
export type MqttLink = {
  /** Starts with the current state, if there is one yet. `down` is emitted again when its reason changes. */
  readonly connection$: Observable<Connection>
  /** Hot. Without subscribers, messages are not acknowledged, so the broker redelivers them to the next process. */
  readonly messages$: Observable<InboundMessage>
  /** Hot. */
  readonly oversize$: Observable<OversizeMessage>
  /** What the broker is sending, beginning with the current state. */
  readonly inflow$: Observable<Inflow>
  /**
   * Accepts what `publications$` emits, at once, and reports the delivery of each; completes when all are settled. Unsubscribing
   * stops accepting; accepted publications are still delivered.
   */
  readonly send: (publications$: Observable<Publication>) => Observable<Delivery>
  readonly stats: () => OutboxStats
  /**
   * Delivers waiting publications, then the farewell, then disconnects; emits a report and completes within `deadlineMs`, and so
   * does `openMqtt`. Completes at once if there is no connection and nothing waits. The farewell should be the message of the
   * Last Will: if it cannot be delivered, the connection is cut, and the broker publishes that. Without a farewell, it
   * disconnects as soon as nothing waits.
   */
  readonly close: (farewell: Publication | undefined, deadlineMs: number) => Observable<CloseReport>
}

/** @param entries at which the broker closed the connection repeatedly */
const rejectRefused = (outbox: Outbox, entries: Iterable<Entry>): void => {
  for (const entry of entries) {
    const reason = `the broker closes the connection whenever this message of ${entry.payload.length} bytes is sent`
    outbox.reject(entry, 'refused', reason)
  }
}

const upState = (
  { sessionPresent, maximumPacketBytes }: Up,
  used: Qos,
  { qos: asked, maxPacketBytes }: Pick<MqttOptions, 'qos' | 'maxPacketBytes'>,
): Connection => ({
  state: 'up',
  sessionPresent,
  ...(used < asked && { lowered: { asked, used } }),
  ...(maximumPacketBytes < maxPacketBytes && { maximumPacketBytes }),
})

const reportOversize =
  (
    { log, maxPacketBytes }: Pick<MqttOptions, 'log' | 'maxPacketBytes'>,
    oversize$: Observer<OversizeMessage>,
  ) =>
  (subtopic: string, packetBytes: number): void => {
    log.error({ subtopic, packetBytes, maxPacketBytes }, 'Message dropped: too large')
    oversize$.next({ subtopic, packetBytes })
  }

/** Passes on to the outbox what the broker says about a publication. */
const settling = (outbox: Outbox, changed: () => void) => ({
  onAcknowledged: (entry: Entry) => {
    outbox.acknowledge(entry)
    changed()
  },
  onRefused: (entry: Entry, reason: string) => {
    outbox.reject(entry, 'refused', reason)
    changed()
  },
})

/**
 * Connects to the broker. Emits the link once, immediately, before it is connected, and then tries to connect as long as it is
 * subscribed to; it never errors. Subscribe to the observables of the link synchronously.
 */
export const openMqtt = (options: MqttOptions): Observable<MqttLink> =>
  defer(() => {
    const { qos, random, log, journal } = options
    const broker = describeAddress(options.address)
    const state = new ConnectionState()
    const messages$ = new Subject<InboundMessage>()
    const oversize$ = new Subject<OversizeMessage>()
    const isReceiving$ = new BehaviorSubject(false)
    const arrivals$ = new Subject<void>()
    const changes$ = new Subject<void>()
    const disconnect$ = new Subject<void>()
    const closed$ = new Subject<void>()
    const window = new InflightWindow(options.inflight)
    const outbox = new Outbox({ ...options, window })
    const backoff = new Backoff({ ...options.backoff, random })
    const failures = new FailureLog(log, broker)
    const rejections = new RejectionLog(log)
    const subscriptions = new SubscriptionLog(options)
    const connected = new ConnectedLog(options, broker)
    const topics = topicsOf(options)
    const incoming = incomingBy(topics, options)

    const { onAcknowledged, onRefused } = settling(outbox, () => changes$.next())
    const session = createSession({
      ...options,
      window,
      onAcknowledged,
      onRefused,
      isListening: () => messages$.observed,
      onMessage: (sent, packet) => {
        arrivals$.next()
        const message = incoming(sent, packet, session.marker)
        if (message !== undefined) messages$.next(message)
      },
    })
    const { publishQos } = session
    const onUp = (up: Up) => {
      failures.up()
      connected.report(up)
      publishQos.grant(Math.min(qos, ...up.granted.values()))
      subscriptions.report(up, publishQos.value)
      state.change(upState(up, publishQos.value, options))
    }
    const onEnded = (ended: Ended) => {
      if ((ended.upMs ?? 0) >= stableAfterMs(options.backoff)) backoff.reset()
      if (ended.requested) log.info({ broker }, 'Disconnected from the broker')
      else failures.ended(ended)
      const isUnanswered = ended.byPeer && session.flights.isUnanswered
      if (publishQos.ended({ wasUsed: ended.upMs !== undefined || isUnanswered, isUnanswered }))
        log.info({ broker }, 'The broker keeps closing the connection at QoS 2; publishing with QoS 1')
      reactToShortage({ session, broker, log }, ended)
      rejectRefused(outbox, session.flights.disconnected(ended.byPeer))
      state.change({ state: 'down', reason: ended.reason })
      changes$.next()
    }
    const context: ConnectionContext = {
      options,
      topics,
      session,
      outbox,
      ready: () => (messages$.observed ? journal?.durable() : NEVER_READY),
      beforeWrite: () => journal?.flush(),
      onWritten: onAcknowledged,
      onOversize: reportOversize(options, oversize$),
      onReceiving: (isReceiving) => isReceiving$.next(isReceiving),
    }
    const nextDelayMs = () => backoff.next()
    const connections$ = reconnect({ context, onUp, onEnded, changes$, disconnect$, nextDelayMs })
    const deliver = deliverBy({ outbox, session, rejections, journal, qos, changed: () => changes$.next() })

    const link: MqttLink = {
      connection$: state.connection$,
      messages$: messages$.asObservable(),
      oversize$: oversize$.asObservable(),
      inflow$: inflowOf(isReceiving$, arrivals$, asyncScheduler),
      send: (publications$) => publications$.pipe(mergeMap(deliver), takeUntil(closed$)),
      stats: () => outbox.stats,
      close: (farewell, deadlineMs) =>
        closeLink(
          {
            outbox,
            changes$,
            connection$: state.connection$,
            deliver,
            isUp: () => state.isUp,
            disconnect: () => disconnect$.next(),
          },
          farewell,
          deadlineMs,
        ).pipe(finalize(() => closed$.next())),
    }
    return merge(of(link), connections$).pipe(
      takeUntil(closed$),
      finalize(() => {
        closed$.next()
        for (const ending of [state, messages$, oversize$, isReceiving$, arrivals$, changes$])
          ending.complete()
      }),
    )
  })
