import { Fifo } from './fifo.js'
import { idsIn } from './ids-in.js'
import type { WholePacket } from './packet-splitter.js'
import { readPublish } from './read-publish.js'

/** Messages of one topic that overtake waiting messages of others, unless those concern the same task. */
export type Precedence = {
  /** The topic with precedence. */
  readonly topic: string
  /** Topics whose messages are overtaken only if they concern other tasks. */
  readonly ordered: readonly string[]
  /** Whether messages have properties before their payload (MQTT 5). */
  readonly hasProperties?: boolean
}

/** Maximum size in bytes of a message whose IDs are searched for. */
const MAX_BYTES = 64 * 1024

type Waiting = { readonly packet: WholePacket; readonly ids: readonly string[] | undefined | 'none' }

/**
 * Messages that wait for the client, in order. With a precedence, messages of its topic go first, so that a running task can be
 * stopped although thousands of starts came before, unless a waiting message may concern the same task.
 */
export class WaitingMessages {
  readonly #precedence: Precedence | undefined
  readonly #urgent = new Fifo<WholePacket>()
  readonly #ordinary = new Fifo<Waiting>()
  /** The number of waiting messages per ID. */
  readonly #mentions = new Map<string, number>()
  /** The number of waiting messages that may mention any ID. */
  #unclear = 0

  constructor(precedence: Precedence | undefined) {
    this.#precedence = precedence
  }

  get length(): number {
    return this.#urgent.length + this.#ordinary.length
  }

  push(packet: WholePacket): void {
    const { ids, isUrgent } = this.#look(packet)
    if (isUrgent && this.#mayPass(ids)) {
      this.#urgent.push(packet)
      return
    }
    if (ids === undefined) this.#unclear += 1
    else if (ids !== 'none') for (const id of ids) this.#count(id, 1)
    this.#ordinary.push({ packet, ids })
  }

  /** `isRoom`: whether to return a message without precedence, too. */
  shift(isRoom: boolean): WholePacket | undefined {
    const urgent = this.#urgent.shift()
    if (urgent !== undefined || !isRoom) return urgent
    const next = this.#ordinary.shift()
    if (next === undefined) return undefined
    if (next.ids === undefined) this.#unclear -= 1
    else if (next.ids !== 'none') for (const id of next.ids) this.#count(id, -1)
    return next.packet
  }

  #look(packet: WholePacket): { readonly ids: Waiting['ids']; readonly isUrgent: boolean } {
    if (this.#precedence === undefined) return { ids: 'none', isUrgent: false }
    const { topic, ordered, hasProperties = false } = this.#precedence
    const publish = packet.bytes > MAX_BYTES ? undefined : readPublish(packet, hasProperties)
    if (publish === undefined) return { ids: undefined, isUrgent: false }
    const isUrgent = publish.topic === topic
    if (!isUrgent && !ordered.includes(publish.topic)) return { ids: 'none', isUrgent }
    return { ids: idsIn(publish.payload), isUrgent }
  }

  #mayPass(ids: Waiting['ids']): boolean {
    if (ids === undefined || ids === 'none' || this.#unclear > 0) return false
    return ids.every((id) => !this.#mentions.has(id))
  }

  #count(id: string, by: 1 | -1): void {
    const count = (this.#mentions.get(id) ?? 0) + by
    if (count > 0) this.#mentions.set(id, count)
    else this.#mentions.delete(id)
  }
}
