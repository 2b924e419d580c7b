import type { HalAnswer, HalCall, HalMessage, HalValue } from '../calls.js'
import { messageOf } from '../../../model/message-of.js'
import { Subscriptions } from '../events/subscriptions.js'
import { failure, HalFailure, toHalFailure } from '../failure.js'
import { MAX_OBJECT_BYTES, MAX_REPORT_DATA_BYTES } from '../limits.js'
import type { Container } from '../storage/container.js'
import type { TaskStorage } from '../storage/task-storage.js'
import type { HalTask } from './task.js'

export type HalHooks = {
  readonly answer: (answer: HalAnswer, bytes?: Uint8Array) => void
  /** The guest violated the protocol. */
  readonly breach: () => void
  /** Bytes sent to the guest and not yet read. */
  readonly unread: () => number
}

type Result = { readonly value?: HalValue; readonly bytes?: Uint8Array }

/** A guest that does not read its answers is ended at this many bytes. */
const MAX_UNREAD_BYTES = 2 * MAX_OBJECT_BYTES

/** The calls of one instance. Its handles belong to it and end with it. */
export class HalSession {
  readonly #task: HalTask
  readonly #hooks: HalHooks
  readonly #subscriptions = new Subscriptions()
  readonly #unlisten: () => void
  readonly #containers = new Map<number, Container>()
  readonly #handles = new Map<Container, number>()
  #lastContainer = 0
  #pieces: Uint8Array[] = []
  #bytes = 0
  #isBusy = false
  #isClosed = false

  constructor(task: HalTask, hooks: HalHooks) {
    this.#task = task
    this.#hooks = hooks
    this.#unlisten = task.listen(this.#subscriptions)
  }

  message(message: HalMessage): void {
    this.#pieces.push(message.bytes)
    this.#bytes += message.bytes.length
    if (this.#isBusy || this.#bytes > MAX_OBJECT_BYTES || this.#hooks.unread() > MAX_UNREAD_BYTES) {
      this.#pieces = []
      this.#hooks.breach()
      return
    }
    if (message.type === 'hal-data') return
    const bytes = this.#pieces.length === 1 ? message.bytes : Buffer.concat(this.#pieces)
    this.#pieces = []
    this.#bytes = 0
    this.#isBusy = true
    void this.#perform(message.call, bytes).then(
      ({ value, bytes: given }) => this.#answer(value === undefined ? {} : { value }, given),
      (error: unknown) => this.#answer({ error: toHalFailure(error).message }),
    )
  }

  close(): void {
    this.#isClosed = true
    this.#pieces = []
    this.#unlisten()
  }

  #answer(answer: Omit<HalAnswer, 'type'>, bytes?: Uint8Array): void {
    this.#isBusy = false
    if (!this.#isClosed) this.#hooks.answer({ type: 'hal-answer', ...answer }, bytes)
  }

  async #perform(call: HalCall, bytes: Uint8Array): Promise<Result> {
    const { id, ledger, workloads } = this.#task.parts
    switch (call.name) {
      case 'attest':
        return { bytes: await this.#attest(bytes) }
      case 'allocate': {
        const amount = BigInt(call.amount)
        return { value: { id: ledger.allocate(call.type, amount), granted: call.amount } }
      }
      case 'deallocate':
        ledger.deallocate(call.id)
        return {}
      case 'query-available':
        return { value: String(ledger.available(call.type)) }
      case 'subscribe':
        return { value: this.#subscriptions.add(call.type) }
      case 'unsubscribe':
        this.#subscriptions.remove(call.handle)
        return {}
      case 'poll-events':
        return { value: this.#subscriptions.take(call.handle) }
      case 'join':
        this.#task.join()
        return {}
      case 'send-message': {
        const message = { sender: id, payload: Uint8Array.from(bytes), encrypted: call.isEncrypted }
        return { value: workloads.send(call.recipient, message) }
      }
      case 'receive-message': {
        const message = workloads.receive(id)
        if (message === undefined) return {}
        const { sender, payload, encrypted } = message
        return { value: { sender, recipient: id, encrypted }, bytes: payload }
      }
      case 'list-workloads':
        return { value: workloads.ids }
      case 'open-container':
      case 'delete-container':
      case 'store-object':
      case 'retrieve-object':
      case 'delete-object':
      case 'list-objects':
      case 'get-metadata':
        return this.#store(call, bytes, this.#storage())
    }
  }

  async #store(call: StorageCall, bytes: Uint8Array, storage: TaskStorage): Promise<Result> {
    if (call.name === 'open-container') return { value: await this.#open(call.container, storage) }
    const container = this.#containers.get(call.handle)
    if (container === undefined) throw failure('missing', 'Container not found')
    switch (call.name) {
      case 'delete-container':
        await storage.deleteContainer(container)
        this.#containers.delete(call.handle)
        this.#handles.delete(container)
        return {}
      case 'store-object':
        await storage.store(container, call.key, bytes)
        this.#task.emit('storage', { container: container.name, key: call.key, op: 'store' })
        return {}
      case 'retrieve-object':
        return { bytes: await storage.retrieve(container, call.key) }
      case 'delete-object':
        await storage.delete(container, call.key)
        this.#task.emit('storage', { container: container.name, key: call.key, op: 'delete' })
        return {}
      case 'list-objects':
        return { value: await storage.list(container, call.after) }
      case 'get-metadata':
        return { value: await storage.metadata(container, call.key) }
    }
  }

  async #open(name: string, storage: TaskStorage): Promise<number> {
    const container = await storage.open(name)
    const known = this.#handles.get(container)
    if (known !== undefined) return known
    this.#lastContainer += 1
    this.#containers.set(this.#lastContainer, container)
    this.#handles.set(container, this.#lastContainer)
    return this.#lastContainer
  }

  #storage(): TaskStorage {
    const { storage } = this.#task.parts
    if (storage === undefined) throw failure('storage', 'this proplet has no PROPLET_HAL_STORAGE_DIR')
    return storage
  }

  async #attest(data: Uint8Array): Promise<Uint8Array> {
    const { attest } = this.#task.parts
    if (attest === undefined) throw new HalFailure('no TEE platform available for attestation')
    if (data.length > MAX_REPORT_DATA_BYTES)
      throw failure('parameter', `report data must be at most ${MAX_REPORT_DATA_BYTES} bytes`)
    try {
      return Buffer.from(await attest(data, this.#task.signal))
    } catch (error) {
      throw failure('attestation', messageOf(error))
    }
  }
}

type StorageCall = Extract<
  HalCall,
  {
    name:
      | 'open-container'
      | 'delete-container'
      | 'store-object'
      | 'retrieve-object'
      | 'delete-object'
      | 'list-objects'
      | 'get-metadata'
  }
>
