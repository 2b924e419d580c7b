import type { Packet } from '../../model/connection.js'
import type { JournalRecord, RecordOf } from './record.js'
import type { Place } from './segments.js'

export type Command = {
  readonly number: number
  readonly id: string
  readonly subtopic: string
  readonly invocation: { readonly id?: string } | undefined
  readonly env: Readonly<Record<string, string>> | undefined
  /** The content is kept only until a guest starts the command. */
  readonly once: boolean
  /** 0 if there is none, or no longer one. */
  contentBytes: number
  /** The parts of a content that is not in the record itself. */
  readonly parts: Map<number, Place>
  stopped: boolean
  reruns: number
  place: Place
}

export type KeptResult = {
  readonly number: number
  readonly command: number
  readonly subtopic: string
  readonly final: boolean
  /** The packet ID that it was sent under, if it was sent. */
  messageId: number | undefined
  released: boolean
  place: Place
}

export type KnownPacket = { readonly packet: Packet; place: Place }

/** Not in a file yet. */
export const NOWHERE: Place = { segment: 0, offset: 0, bytes: 0 }

/** Brokers have fewer in flight. With QoS 1 nothing shows when a packet will not be repeated. */
const MAX_PACKETS_OF_QOS_1 = 1000

/**
 * The state that the records add up to: unsettled commands, results that the broker does not have yet, and
 * packets that it may send again. A further record of a known command or result only updates its place.
 */
export class Ledger {
  readonly commands = new Map<number, Command>()
  readonly results = new Map<number, KeptResult>()
  readonly packets = new Map<number, KnownPacket>()
  #last = 0
  #liveBytes = 0
  #resultBytes = 0
  #packetsOfQos1 = 0

  /** The highest sequence number so far. */
  get last(): number {
    return this.#last
  }

  /** The size of the live records, with their contents. */
  get liveBytes(): number {
    return this.#liveBytes
  }

  get resultBytes(): number {
    return this.#resultBytes
  }

  apply(record: JournalRecord, place: Place): void {
    if ('number' in record) this.#last = Math.max(this.#last, record.number)
    switch (record.type) {
      case 'command':
        this.#command(record, place)
        break
      case 'result':
        this.#result(record, place)
        break
      case 'part':
        this.#part(record, place)
        break
      case 'stop':
        for (const command of this.commands.values()) if (command.id === record.id) command.stopped = true
        this.#meet(record.packet, place)
        break
      case 'rerun':
        this.#change(this.commands.get(record.number), (command) => (command.reruns += 1))
        break
      case 'begun':
        this.#change(this.commands.get(record.number), (command) => this.#begin(command))
        break
      case 'closed':
        this.#close(record.number)
        break
      case 'sent':
        this.#change(this.results.get(record.number), (sent) => {
          sent.messageId = record.messageId
          sent.released = false
        })
        break
      case 'released':
        this.#change(this.results.get(record.number), (sent) => (sent.released = true))
        break
      case 'settled':
        this.#settle(record.number)
        break
      case 'steps':
        for (const step of record.steps) this.apply(step, place)
        break
      case 'packet':
        this.#meet(record.packet, place)
        break
      case 'forgotten':
        this.#forget(record.id)
        break
      case 'session-lost':
        this.packets.clear()
        this.#packetsOfQos1 = 0
        break
      case 'opened':
        break
      case 'steady':
        for (const command of this.commands.values()) command.reruns = 0
    }
  }

  /** A command or result that was applied before it was written is now here. */
  locate(record: JournalRecord, place: Place): void {
    if (record.type !== 'command' && record.type !== 'result') return
    const { number, packet } = record
    const kept = record.type === 'command' ? this.commands.get(number) : this.results.get(number)
    if (kept !== undefined) {
      this.#liveBytes += place.bytes - kept.place.bytes
      if (record.type === 'result') this.#resultBytes += place.bytes - kept.place.bytes
      kept.place = place
    }
    const known = packet && this.packets.get(packet.id)
    if (known?.place.segment === NOWHERE.segment) known.place = place
  }

  /** The live records of one segment; a command's record and its parts are listed one by one. */
  *placesIn(
    segment: number,
  ): Generator<{ readonly place: Place; readonly of: Command | KeptResult | KnownPacket }> {
    for (const command of this.commands.values()) {
      if (command.place.segment === segment) yield { place: command.place, of: command }
      for (const place of command.parts.values()) if (place.segment === segment) yield { place, of: command }
    }
    for (const result of this.results.values())
      if (result.place.segment === segment) yield { place: result.place, of: result }
    for (const packet of this.packets.values())
      if (packet.place.segment === segment) yield { place: packet.place, of: packet }
  }

  #command(record: RecordOf<'command'>, place: Place): void {
    this.#meet(record.packet, place)
    const known = this.commands.get(record.number)
    if (known !== undefined) {
      this.#liveBytes += place.bytes - known.place.bytes
      known.place = place
      return
    }
    const {
      number,
      id,
      subtopic,
      invocation,
      env,
      contentBytes,
      once = false,
      stopped = false,
      reruns = 0,
    } = record
    this.#liveBytes += place.bytes
    this.commands.set(number, {
      number,
      id,
      subtopic,
      invocation,
      env,
      once,
      contentBytes,
      parts: new Map(),
      stopped,
      reruns,
      place,
    })
  }

  #begin(command: Command): void {
    if (!command.once) return
    this.#liveBytes -= [...command.parts.values()].reduce((sum, { bytes }) => sum + bytes, 0)
    command.parts.clear()
    command.contentBytes = 0
  }

  #part({ number, index }: RecordOf<'part'>, place: Place): void {
    const command = this.commands.get(number)
    if (command === undefined || command.contentBytes === 0) return
    this.#liveBytes += place.bytes - (command.parts.get(index)?.bytes ?? 0)
    command.parts.set(index, place)
  }

  #result(record: RecordOf<'result'>, place: Place): void {
    const { number, command, subtopic, final, messageId, released = false } = record
    this.#meet(record.packet, place)
    if (final) this.#close(command)
    this.#settle(number)
    this.#liveBytes += place.bytes
    this.#resultBytes += place.bytes
    this.results.set(number, { number, command, subtopic, final, messageId, released, place })
  }

  #change<T>(found: T | undefined, change: (found: T) => void): void {
    if (found !== undefined) change(found)
  }

  #close(number: number): void {
    const command = this.commands.get(number)
    if (command === undefined) return
    this.commands.delete(number)
    this.#liveBytes -= [command.place, ...command.parts.values()].reduce((sum, { bytes }) => sum + bytes, 0)
  }

  #settle(number: number): void {
    const result = this.results.get(number)
    if (result === undefined) return
    this.results.delete(number)
    this.#liveBytes -= result.place.bytes
    this.#resultBytes -= result.place.bytes
  }

  #meet(packet: Packet | undefined, place: Place): void {
    if (packet === undefined) return
    this.#forget(packet.id)
    this.packets.set(packet.id, { packet, place })
    if (packet.qos === 2) return
    this.#packetsOfQos1 += 1
    if (this.#packetsOfQos1 <= MAX_PACKETS_OF_QOS_1) return
    for (const [id, { packet: oldest }] of this.packets) {
      if (oldest.qos === 2) continue
      this.#forget(id)
      return
    }
  }

  #forget(id: number): void {
    if (this.packets.get(id)?.packet.qos === 1) this.#packetsOfQos1 -= 1
    this.packets.delete(id)
  }
}
