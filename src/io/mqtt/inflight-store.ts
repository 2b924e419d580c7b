import { Store, type IStore, type Packet } from 'mqtt'
import type { Entry } from './delivery.js'
import type { PublishQos } from './publish-qos.js'

/** A publication larger than this, in bytes, may be the reason why a broker closes the connection. */
export const SUSPECT_BYTES = 64 * 1024
/** A connection lost so soon after a large publication was sent, in milliseconds, may have been lost because of it. */
export const SUSPECT_WITHIN_MS = 10_000
/** Consecutive lost connections after which the publication is dropped. */
export const STRIKES = 5

type Callback = (error?: Error) => void
type PacketCallback = (error?: Error, packet?: Packet) => void

export type FlightHooks = {
  readonly onAcknowledged: (entry: Entry) => void
  /** The broker has it and is about to release its ID. */
  readonly onReleased?: (entry: Entry) => void
  /** It was released but is published again, because the broker lost the session. */
  readonly onAnew?: (entry: Entry, id: number) => void
}

type Flight = {
  readonly entry: Entry
  /** `released`: the broker has it, and is to forget its id (QoS 2). */
  state: 'published' | 'released'
  /** When it was last sent on this connection, on the clock of `performance.now()`. */
  sentAt: number | undefined
  strikes: number
}

/**
 * Publications of QoS 1 and 2 in flight. This is the client's outgoing store, and outlives its connections: a client
 * that connects sends again what it finds here, in order, each when the one before is acknowledged.
 *
 * When the broker kept the session, a publication is sent again as a repetition, or just released. When it didn't, it
 * is published anew, even if it had been released: the broker may have lost it in between. So nothing is lost, but
 * with a broker that forgets its sessions a message can arrive twice.
 */
export class InflightStore implements IStore {
  readonly #qos: Pick<PublishQos, 'value'>
  readonly #flights = new Map<number, Flight>()
  readonly #hooks: FlightHooks
  #sessionPresent = false

  constructor(qos: Pick<PublishQos, 'value'>, hooks: FlightHooks) {
    this.#qos = qos
    this.#hooks = hooks
  }

  has(id: number): boolean {
    return this.#flights.has(id)
  }

  /** The entry has been handed to the client, which gave it this id. */
  launch(id: number, entry: Entry): void {
    this.#flights.set(id, { entry, state: 'published', sentAt: performance.now(), strikes: 0 })
  }

  /** An earlier process had it in flight under this ID. */
  resume(id: number, entry: Entry, isReleased: boolean): void {
    const state = isReleased ? 'released' : 'published'
    this.#flights.set(id, { entry, state, sentAt: undefined, strikes: 0 })
  }

  /** The client writes a PUBLISH or PUBREL of this id. */
  sent(id: number): void {
    const flight = this.#flights.get(id)
    if (flight !== undefined) flight.sentAt = performance.now()
  }

  /** A connection was accepted. */
  connected(sessionPresent: boolean): void {
    this.#sessionPresent = sessionPresent
    if (sessionPresent) return
    for (const [id, flight] of this.#flights) {
      if (flight.state === 'released') this.#hooks.onAnew?.(flight.entry, id)
      flight.state = 'published'
    }
  }

  /** Publications of QoS 2 were sent on this connection, and the broker has answered none of those that are left. */
  get isUnanswered(): boolean {
    return (
      this.#qos.value === 2 &&
      [...this.#flights.values()].some(({ sentAt, state }) => sentAt !== undefined && state === 'published')
    )
  }

  /** Something sent before this moment is still not acknowledged. */
  overdue(before: number): boolean {
    return [...this.#flights.values()].some(({ sentAt }) => sentAt !== undefined && sentAt < before)
  }

  /**
   * The connection has ended. Returns the entries that seem to be why the peer ended it, time after time; they are in
   * flight no longer.
   */
  disconnected(byPeer: boolean): Entry[] {
    const soon = performance.now() - SUSPECT_WITHIN_MS
    const culprits: Entry[] = []
    for (const [id, flight] of this.#flights) {
      const { entry, state, sentAt } = flight
      flight.sentAt = undefined
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
    this.#flights.delete(id)
    done(undefined, this.#packet(id, flight))
    this.#hooks.onAcknowledged(flight.entry)
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

  #packet(messageId: number, { entry, state }: Flight): Packet {
    if (state === 'released') return { cmd: 'pubrel', messageId }
    const { topic, payload } = entry
    return {
      cmd: 'publish',
      topic,
      payload,
      // What is in flight is to be acknowledged, whatever is granted now.
      qos: this.#qos.value === 2 ? 2 : 1,
      retain: false,
      dup: this.#sessionPresent,
      messageId,
    }
  }
}
