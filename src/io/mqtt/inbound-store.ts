import { Store, type IPublishPacket, type IStore, type Packet as MqttPacket } from 'mqtt'
import type { Packet } from '../../model/connection.js'
import { Checksums, isSamePacket, packetOf } from './packets.js'

type Callback = (error?: Error) => void
type PacketCallback = (error?: Error, packet?: MqttPacket) => void

export type InboundHooks = {
  /** A message was received for the first time. */
  readonly deliver: (message: IPublishPacket, packet: Packet | undefined) => void
  /** Whether there is a subscriber. */
  readonly isListening: () => boolean
  /** The broker will not send it again. */
  readonly forget: (id: number) => void
  readonly forgetAll: () => void
}

/** With QoS 1, nothing shows when a message can no longer be redelivered. */
const MAX_OF_QOS_1 = 1000

/**
 * Messages of QoS 1 and 2 that the broker may redeliver. This is the client's incoming store, and outlives its connections: with
 * the session, the broker continues where it was.
 *
 * A message is delivered when it arrives, not when the broker releases it (MQTT 3.1.1, section 4.3.3, method B): a round trip
 * earlier, and none is lost when the session is.
 */
export class InboundStore implements IStore {
  readonly checksums = new Checksums()
  readonly #known = new Map<number, Packet>()
  readonly #delivered: Uint8Array
  readonly #hooks: InboundHooks

  /** @param delivered the payload that the client sees when a message is released */
  constructor(delivered: Uint8Array, hooks: InboundHooks, known: readonly Packet[] = []) {
    this.#delivered = delivered
    this.#hooks = hooks
    for (const packet of known) this.#known.set(packet.id, packet)
  }

  /** Delivers a message unless it is a redelivery. Without subscribers it must not be acknowledged. */
  receive(message: IPublishPacket): void {
    if (!this.#hooks.isListening()) return
    const packet = packetOf(message, this.checksums)
    if (packet !== undefined && this.#isKnown(packet, message.dup)) return
    if (packet !== undefined) this.#remember(packet)
    this.#hooks.deliver(message, packet)
  }

  put(packet: MqttPacket, done: Callback): this {
    if (packet.cmd === 'publish') this.receive(packet)
    done()
    return this
  }

  get({ messageId }: Pick<MqttPacket, 'messageId'>, done: PacketCallback): this {
    const known = this.#known.get(messageId ?? 0)
    if (known?.qos !== 2) done(new Error('missing packet'))
    else done(undefined, this.#released(known.id))
    return this
  }

  del({ messageId }: Pick<MqttPacket, 'messageId'>, done: PacketCallback): this {
    const id = messageId ?? 0
    if (this.#known.delete(id)) {
      this.#hooks.forget(id)
      done(undefined, this.#released(id))
    } else done(new Error('missing packet'))
    return this
  }

  createStream(): ReturnType<IStore['createStream']> {
    return new Store().createStream()
  }

  close(done: Callback): void {
    done()
  }

  /** The broker has lost the session. */
  clear(): void {
    this.#known.clear()
    this.#hooks.forgetAll()
  }

  /** An ID is free once its message was released (QoS 2), or acknowledged, which is not visible here (QoS 1). */
  #isKnown(packet: Packet, isRepetition: boolean): boolean {
    const known = this.#known.get(packet.id)
    return known !== undefined && isSamePacket(known, packet) && (packet.qos === 2 || isRepetition)
  }

  #remember(packet: Packet): void {
    this.#known.delete(packet.id)
    this.#known.set(packet.id, packet)
    if (packet.qos === 2 || this.#known.size <= MAX_OF_QOS_1) return
    for (const { id, qos } of this.#known.values()) {
      if (qos === 2) continue
      this.#known.delete(id)
      return
    }
  }

  #released(messageId: number): IPublishPacket {
    const payload = Buffer.from(this.#delivered)
    return { cmd: 'publish', topic: '', payload, qos: 2, dup: false, retain: false, messageId }
  }
}
