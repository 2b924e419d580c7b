import {
  EMPTY,
  Observable,
  ReplaySubject,
  Subject,
  defer,
  finalize,
  ignoreElements,
  merge,
  mergeMap,
} from 'rxjs'
import { of, repeat, startWith, switchMap, takeUntil, tap, timer } from 'rxjs'
import type { Connection, InboundMessage } from '../../model/connection.js'
import type { Publication } from '../../model/publication.js'
import { Backoff, stableAfterMs } from './backoff.js'
import { closeLink, type CloseReport } from './closing.js'
import { connectOnce, type Ended, type Up } from './connection.js'
import { isFinal, type Entry } from './delivery.js'
import { FailureLog } from './failure-log.js'
import type { MqttOptions } from './options.js'
import { Outbox } from './outbox.js'
import { bytesOf } from './packets.js'
import { RejectionLog } from './rejection-log.js'
import { createSession } from './session.js'
import { describeAddress } from './transport.js'
import type { Delivery, OutboxStats } from '../../model/delivery.js'

/** Nobody took the messages, so they are not acknowledged. */
const NEVER_READY = new Promise<void>(() => undefined)

/** A message that was too large; it has been acknowledged and dropped. */
export type OversizeMessage = { readonly subtopic: string; readonly packetBytes: number }

/** The link to the broker; it lives as long as the subscription of `openMqtt`. */
export type MqttLink = {
  /** Begins with the state at hand, if there is one yet. `down` comes again when its reason changes. */
  readonly connection$: Observable<Connection>
  /** Hot. Without subscribers, messages are not acknowledged, so the broker redelivers them to the next process. */
  readonly messages$: Observable<InboundMessage>
  /** Hot. */
  readonly oversize$: Observable<OversizeMessage>
  /**
   * Takes in what `publications$` emits, at once, and tells what becomes of each; completes when all is told.
   * Unsubscribing takes nothing in any more; what has been taken in is still delivered.
   */
  readonly send: (publications$: Observable<Publication>) => Observable<Delivery>
  readonly stats: () => OutboxStats
  /**
   * Delivers what waits, then the farewell, then disconnects; emits a report and completes, within `deadlineMs` in any
   * case, and `openMqtt` completes. When there is no link and nothing waits, it is over at once. The farewell should
   * be the Last Will's message: when it can't be delivered, the connection is cut, and the broker publishes that.
   * Without one, the link is left as soon as nothing waits.
   */
  readonly close: (farewell: Publication | undefined, deadlineMs: number) => Observable<CloseReport>
}

/**
 * Opens the link to the broker. Emits the link once, at once, before it is connected, and then tries to connect for as
 * long as it is subscribed to; it never errors. Subscribe to what the link offers synchronously.
 */
export const openMqtt = (options: MqttOptions): Observable<MqttLink> =>
  defer(() => {
    const { qos, random, log, maxPacketBytes, topicPrefix, journal } = options
    const topics = new Map(options.subscriptions.map((subtopic) => [`${topicPrefix}/${subtopic}`, subtopic]))
    const broker = describeAddress(options.address)
    const connection$ = new ReplaySubject<Connection>(1)
    const messages$ = new Subject<InboundMessage>()
    const oversize$ = new Subject<OversizeMessage>()
    const changes$ = new Subject<void>()
    const disconnect$ = new Subject<void>()
    const closed$ = new Subject<void>()
    const outbox = new Outbox(options)
    const backoff = new Backoff({ ...options.backoff, random })
    const failures = new FailureLog(log, broker)
    const rejections = new RejectionLog(log)
    const withoutSubtopics = new Set<string>()
    let isLowered = false
    const subscribed = new Set<string>()
    let state: Connection | undefined

    const onAcknowledged = (entry: Entry) => {
      outbox.acknowledge(entry)
      changes$.next()
    }
    const session = createSession({
      qos,
      random,
      journal,
      onAcknowledged,
      isListening: () => messages$.observed,
      onMessage: ({ topic, payload, retain }, packet) => {
        const bytes = bytesOf(payload)
        const subtopic = topics.get(topic)
        if (subtopic === undefined) log.debug({ topic }, 'Message dropped: unexpected topic')
        else if (retain && options.retained === false)
          log.warn(
            { subtopic, bytes: bytes.length },
            'a retained message was dropped: it may have been acted on before',
          )
        else if (!bytes.equals(session.marker))
          messages$.next({ subtopic, payload: bytes, ...(packet && { packet }) })
      },
    })
    const { publishQos } = session
    const change = (next: Connection) => {
      const same = state?.state === 'down' && next.state === 'down' && state.reason === next.reason
      state = next
      if (!same) connection$.next(next)
    }
    const onUp = ({ sessionPresent, granted, refused }: Up) => {
      failures.up()
      log.info({ broker, sessionPresent }, 'Connected to the broker')
      for (const [subtopic, grantedQos] of granted) {
        const level = subscribed.has(subtopic) ? 'debug' : 'info'
        subscribed.add(subtopic)
        log[level]({ qos: grantedQos }, `Subscribed to topic: ${options.topicPrefix}/${subtopic}`)
      }
      publishQos.grant(Math.min(qos, ...granted.values()))
      const { value: used } = publishQos
      if (used < qos && !isLowered) {
        isLowered = true
        const subtopics = [...granted]
          .filter(([, grantedQos]) => grantedQos < qos)
          .map(([subtopic]) => subtopic)
        log.warn(
          { asked: qos, used, ...(subtopics.length > 0 && { subtopics }) },
          'The broker grants a lower QoS than requested; publishing with no more',
        )
      }
      for (const subtopic of refused) {
        if (withoutSubtopics.has(subtopic)) continue
        withoutSubtopics.add(subtopic)
        log.warn({ subtopic }, 'The broker refused an optional subscription')
      }
      change({ state: 'up', sessionPresent, ...(used < qos && { lowered: { asked: qos, used } }) })
    }
    const onEnded = (ended: Ended) => {
      if ((ended.upMs ?? 0) >= stableAfterMs(options.backoff)) backoff.reset()
      if (ended.requested) log.info({ broker }, 'Disconnected from the broker')
      else failures.ended(ended)
      const isUnanswered = ended.byPeer && session.flights.isUnanswered
      if (publishQos.ended({ wasUsed: ended.upMs !== undefined || isUnanswered, isUnanswered }))
        log.info({ broker }, 'The broker keeps closing the connection at QoS 2; publishing with QoS 1')
      for (const entry of session.flights.disconnected(ended.byPeer)) {
        const bytes = entry.payload.length
        outbox.reject(entry, 'refused', `the broker closes the connection at this message of ${bytes} bytes`)
      }
      change({ state: 'down', reason: ended.reason })
      changes$.next()
    }
    const connections$ = defer(() =>
      connectOnce({
        options,
        session,
        outbox,
        ready: () => (messages$.observed ? journal?.durable() : NEVER_READY),
        onWritten: onAcknowledged,
        onOversize: (subtopic, packetBytes) => {
          log.error({ subtopic, packetBytes, maxPacketBytes }, 'Message dropped: too large')
          oversize$.next({ subtopic, packetBytes })
        },
      }),
    ).pipe(
      tap((event) => (event.type === 'up' ? onUp(event) : onEnded(event))),
      switchMap((event) =>
        event.type === 'ended'
          ? EMPTY
          : merge(
              changes$.pipe(startWith(undefined), tap(event.pump)),
              disconnect$.pipe(tap(event.disconnect)),
            ),
      ),
      repeat({ delay: () => timer(backoff.next()) }),
      ignoreElements(),
    )
    const deliver = (publication: Publication) =>
      new Observable<Delivery>((subscriber) => {
        const report = (delivery: Delivery) => {
          rejections.report(delivery)
          subscriber.next(delivery)
          if (isFinal(delivery)) subscriber.complete()
        }
        const flight = publication.sequence === undefined ? undefined : journal?.flight(publication.sequence)
        if (flight === undefined || qos === 0) outbox.offer(publication, report)
        else {
          const entry = outbox.adopt(publication, report)
          if (entry !== undefined) session.flights.resume(flight.messageId, entry, flight.isReleased)
        }
        changes$.next()
      })
    const parts = { outbox, changes$, connection$, deliver }

    const link: MqttLink = {
      connection$: connection$.asObservable(),
      messages$: messages$.asObservable(),
      oversize$: oversize$.asObservable(),
      send: (publications$) => publications$.pipe(mergeMap(deliver), takeUntil(closed$)),
      stats: () => outbox.stats,
      close: (farewell, deadlineMs) =>
        closeLink(
          { ...parts, isUp: () => state?.state === 'up', disconnect: () => disconnect$.next() },
          farewell,
          deadlineMs,
        ).pipe(finalize(() => closed$.next())),
    }
    return merge(of(link), connections$).pipe(
      takeUntil(closed$),
      finalize(() => {
        closed$.next()
        for (const subject of [connection$, messages$, oversize$, changes$]) subject.complete()
      }),
    )
  })
