import { failure } from '../failure.js'
import { MAX_MESSAGE_BYTES, MAX_WAITING_MESSAGES } from '../limits.js'

type Waiting = { readonly sender: string; readonly payload: Uint8Array; readonly encrypted: boolean }
type Mailbox = { members: number; readonly waiting: Waiting[] }

/** Maximum bytes of waiting payloads, for all tasks together. */
const MAX_WAITING_BYTES = 64 * 2 ** 20

/** The mailboxes of running tasks that exchange messages, by task ID. */
export class Workloads {
  readonly #mailboxes = new Map<string, Mailbox>()
  #waitingBytes = 0
  #lastMessage = 0

  get ids(): readonly string[] {
    return [...this.#mailboxes.keys()].sort()
  }

  join(id: string): void {
    const mailbox = this.#mailboxes.get(id) ?? { members: 0, waiting: [] }
    mailbox.members += 1
    this.#mailboxes.set(id, mailbox)
  }

  /** When the last run of an ID leaves, its messages are discarded. */
  leave(id: string): void {
    const mailbox = this.#mailboxes.get(id)
    if (mailbox === undefined) return
    mailbox.members -= 1
    if (mailbox.members > 0) return
    for (const { payload } of mailbox.waiting) this.#waitingBytes -= payload.length
    this.#mailboxes.delete(id)
  }

  send(recipient: string, message: Waiting): number {
    const mailbox = this.#mailboxes.get(recipient)
    if (mailbox === undefined) throw failure('missing', `Workload '${recipient}' not found`)
    const { length } = message.payload
    if (length > MAX_MESSAGE_BYTES)
      throw failure('communication', `a message holds at most ${MAX_MESSAGE_BYTES} bytes`)
    if (mailbox.waiting.length >= MAX_WAITING_MESSAGES)
      throw failure('communication', `the mailbox is full: ${MAX_WAITING_MESSAGES} messages are waiting`)
    if (this.#waitingBytes + length > MAX_WAITING_BYTES)
      throw failure('communication', 'the mailboxes of this proplet are full')
    mailbox.waiting.push(message)
    this.#waitingBytes += length
    this.#lastMessage += 1
    return this.#lastMessage
  }

  receive(id: string): Waiting | undefined {
    const message = this.#mailboxes.get(id)?.waiting.shift()
    this.#waitingBytes -= message?.payload.length ?? 0
    return message
  }
}
