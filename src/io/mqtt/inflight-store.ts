import { Store, type IStore, type Packet } from 'mqtt'
import type { Entry } from './delivery.js'
import { newFlight, packetOfFlight, type Flight, type Refusal } from './flight.js'
import type { PublishQos } from './publish-qos.js'

/** A publication larger than this, in bytes, may be why a broker closes the connection. */
export const SUSPECT_BYTES = 64 * 1024
/** A connection lost this soon after a large publication was sent, in milliseconds, may have been lost because of it. */
const SUSPECT_WITHIN_MS = 10_000
/** Consecutive lost connections after which the publication is dropped. */
export const STRIKES = 5
/** A connection with less throughput to the broker, in bytes per second, counts as broken. */
const SLOWEST_LINK = 16 * 1024
/** Acknowledgements that take longer, in milliseconds, are behind a large message, or the network is slow. */
const HELD_UP_MS = 1000

type Callback = (error?: Error) => void
type PacketCallback = (error?: Error, packet?: Packet) => void

export type FlightHooks = {
  readonly onAcknowledged: (entry: Entry) => void
  /** It will not be sent again. */
  readonly onRefused?: (entry: Entry, reason: string) => void
  /** The broker has it and is about to release its ID. */
  readonly onReleased?: (entry: Entry) => void
  /** It was released but is published again, because the broker has lost it. */
  readonly onAnew?: (entry: Entry, id: number) => void
  /** It was acknowledged with QoS 2. */
  readonly onCompleted?: (id: number) => void
}

const transitMs = (bytes: number): number => (bytes / SLOWEST_LINK) * 1000

/**
 * Publications of QoS 1 and 2 in flight. This is the client's outgoing store, and outlives its connections: a client that
 * connects sends again what it finds here, in order, each when the one before is acknowledged.
 *
 * If the broker kept the session, a publication is sent again as a repetition, or only released. Otherwise it is published anew,
 * even if it had been released, because the broker may have lost it in between. So nothing is lost, but with a broker that loses
 * its sessions a message can arrive twice.
 */
export class InflightStore implements IStore {
  readonly #qos: Pick<PublishQos, 'value'>
  readonly #flights = new Map<number, Flight>()
  readonly #hooks: FlightHooks
  #sessionPresent = false
  #hasAcknowledged = false

  constructor(qos: Pick<PublishQos, 'value'>, hooks: FlightHooks) {
    this.#qos = qos
    this.#hooks = hooks
  }

  has(id: number): boolean {
    return this.#flights.has(id)
  }

  /** The entry was passed to the client, which assigned this ID. */
  launch(id: number, entry: Entry): void {
    this.#flights.set(id, newFlight(entry, 'published', performance.now()))
  }

  /** An earlier process had it in flight under this ID. */
  resume(id: number, entry: Entry, isReleased: boolean): void {
    this.#flights.set(id, newFlight(entry, isReleased ? 'released' : 'published'))
  }

  /** The client writes a PUBLISH or PUBREL with this ID. */
  sent(id: number): void {
    const flight = this.#flights.get(id)
    if (flight !== undefined) flight.sentAt = flight.awaitedSince = performance.now()
  }

  /** A connection was accepted. */
  connected(sessionPresent: boolean): void {
    this.#sessionPresent = sessionPresent
    if (sessionPresent) return
    for (const id of this.#flights.keys()) this.doubt(id)
  }

  /** It is published again, although the broker said that it has received it. */
  doubt(id: number): void {
    const flight = this.#flights.get(id)
    if (flight?.state !== 'released') return
    this.#hooks.onAnew?.(flight.entry, id)
    flight.state = 'published'
  }

  /**
   * Handles a refused publication (MQTT 5). Returns true if it will be sent again, on another connection; at most
   * `STRIKES` times.
   */
  refused(id: number, { reason, isFinal }: Refusal): boolean {
    const flight = this.#flights.get(id)
    if (flight === undefined) return false
    flight.strikes += 1
    const isLast = isFinal || flight.strikes >= STRIKES
    flight.refusal = { reason, isFinal: isLast }
    return !isLast
  }

  /** Removes what may not be sent on this connection; call before the client reads the store. */
  remove(isExcluded: (entry: Entry) => boolean): readonly Entry[] {
    const excluded = [...this.#flights].filter(
      ([, { entry, state }]) => state === 'published' && isExcluded(entry),
    )
    for (const [id] of excluded) this.#flights.delete(id)
    return excluded.map(([, { entry }]) => entry)
  }

  /**
   * Whether publications of QoS 2 were sent on this connection, and the broker has answered none of those that are
   * left.
   */
  get isUnanswered(): boolean {
    return (
      this.#qos.value === 2 &&
      [...this.#flights.values()].some(({ sentAt, state }) => sentAt !== undefined && state === 'published')
    )
  }

  /** Whether something that must have reached the broker before this time, even over a slow connection, is not acknowledged. */
  overdue(before: number): boolean {
    return this.#arrivals().some((arrivedAt) => arrivedAt < before)
  }

  /** Whether an acknowledgement is late, so that others are better avoided. */
  isHeldUp(): boolean {
    const before = performance.now() - HELD_UP_MS
    return [...this.#flights.values()].some(({ awaitedSince = Infinity }) => awaitedSince < before)
  }

  /**
   * Whether `latest` publications are sent without acknowledgement: one that is delayed would delay the next. Until the broker
   * has acknowledged something, they must not overtake what was sent before, such as the discovery.
   */
  sparesLatest(): boolean {
    return this.#hasAcknowledged || this.isHeldUp()
  }

  /** Whether something sent may still be in transit to the broker, with everything sent after it. */
  isInTransit(): boolean {
    const now = performance.now()
    return this.#arrivals().some((arrivedAt) => arrivedAt > now)
  }

  /**
   * The connection has ended. Returns the entries that repeatedly seem to be why the peer closed it; they are no longer in
   * flight.
   */
  disconnected(byPeer: boolean): Entry[] {
    const soon = performance.now() - SUSPECT_WITHIN_MS
    const culprits: Entry[] = []
    for (const [id, flight] of this.#flights) {
      const { entry, state, sentAt } = flight
      flight.sentAt = flight.awaitedSince = undefined
      flight.refusal = undefined
      if (sentAt === undefined || !byPeer) continue
      const suspect = state === 'published' && entry.payload.length > SUSPECT_BYTES && sentAt >= soon
      flight.strikes = suspect ? flight.strikes + 1 : 0
      if (flight.strikes < STRIKES) continue
      this.#flights.delete(id)
      culprits.push(entry)
    }
    return culprits
  }

  put(packet: Packet, done: Callback): this {
    const flight = this.#flights.get(packet.messageId ?? 0)
    if (packet.cmd === 'pubrel' && flight !== undefined && flight.state !== 'released') {
      flight.state = 'released'
      this.#answered(flight)
      this.#hooks.onReleased?.(flight.entry)
    }
    done()
    return this
  }

  del({ messageId }: Pick<Packet, 'messageId'>, done: PacketCallback): this {
    const id = messageId ?? 0
    const flight = this.#flights.get(id)
    if (flight === undefined) {
      done(new Error('missing packet'))
      return this
    }
    this.#answered(flight)
    const { entry, refusal } = flight
    const packet = this.#packet(id, flight)
    // The client forgets refused publications; those to be sent again stay here for the next connection.
    if (refusal?.isFinal === false) {
      done(undefined, packet)
      return this
    }
    this.#flights.delete(id)
    done(undefined, packet)
    if (refusal !== undefined) this.#hooks.onRefused?.(entry, refusal.reason)
    else {
      this.#hasAcknowledged = true
      if (flight.state === 'released') this.#hooks.onCompleted?.(id)
      this.#hooks.onAcknowledged(entry)
    }
    return this
  }

  get({ messageId }: Pick<Packet, 'messageId'>, done: PacketCallback): this {
    const id = messageId ?? 0
    const flight = this.#flights.get(id)
    if (flight === undefined) done(new Error('missing packet'))
    else done(undefined, this.#packet(id, flight))
    return this
  }

  createStream(): ReturnType<IStore['createStream']> {
    const snapshot = new Store()
    for (const [id, flight] of this.#flights) snapshot.put(this.#packet(id, flight), () => undefined)
    return snapshot.createStream()
  }

  close(done: Callback): void {
    done()
  }

  /** The latest time at which each publication sent has reached the broker; they are sent one after another. */
  #arrivals(): number[] {
    let bytes = 0
    return [...this.#flights.values()].flatMap(({ entry, state, awaitedSince }) => {
      if (awaitedSince === undefined) return []
      if (state === 'published') bytes += entry.payload.length
      return [awaitedSince + transitMs(bytes)]
    })
  }

  /** Brokers answer in order (MQTT 3.1.1, section 4.6), so the broker has not yet handled those sent after this one. */
  #answered(flight: Flight): void {
    const now = performance.now()
    let isBehind = false
    for (const other of this.#flights.values()) {
      isBehind ||= other === flight
      if (isBehind && other.awaitedSince !== undefined) other.awaitedSince = now
    }
  }

  #packet(messageId: number, flight: Flight): Packet {
    return packetOfFlight(messageId, flight, { qos: this.#qos.value, dup: this.#sessionPresent })
  }
}
