import { Store, type IStore, type Packet } from 'mqtt'

type Callback = (error?: Error) => void
type PacketCallback = (error?: Error, packet?: Packet) => void

/**
 * QoS 2 messages received and not yet released by the broker. They outlive a connection: with the session, the broker
 * goes on with the release. `overfull` once their payloads have more than `maxBytes`: a healthy broker releases them.
 */
export class InboundStore implements IStore {
  readonly #packets = new Map<number, Packet>()
  readonly #maxBytes: number
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get overfull(): boolean {
    return this.#bytes > this.#maxBytes
  }

  put(packet: Packet, done: Callback): this {
    const id = packet.messageId ?? 0
    this.#remove(id)
    this.#packets.set(id, packet)
    this.#bytes += sizeOf(packet)
    done()
    return this
  }

  get({ messageId }: Pick<Packet, 'messageId'>, done: PacketCallback): this {
    const packet = this.#packets.get(messageId ?? 0)
    if (packet === undefined) done(new Error('missing packet'))
    else done(undefined, packet)
    return this
  }

  del({ messageId }: Pick<Packet, 'messageId'>, done: PacketCallback): this {
    const packet = this.#remove(messageId ?? 0)
    if (packet === undefined) done(new Error('missing packet'))
    else done(undefined, packet)
    return this
  }

  createStream(): ReturnType<IStore['createStream']> {
    return new Store().createStream()
  }

  close(done: Callback): void {
    done()
  }

  clear(): void {
    this.#packets.clear()
    this.#bytes = 0
  }

  #remove(id: number): Packet | undefined {
    const packet = this.#packets.get(id)
    if (packet !== undefined) this.#bytes -= sizeOf(packet)
    this.#packets.delete(id)
    return packet
  }
}

const sizeOf = (packet: Packet): number => (packet.cmd === 'publish' ? packet.payload.length : 0)
