import { unexpected, type DaemonCalls } from './daemon-calls.js'
import { failure } from '../../hal/failure.js'
import { MAX_MESSAGE_BYTES, MAX_RECIPIENT_BYTES } from '../../hal/limits.js'

export type Message = {
  readonly sender: string
  readonly recipient: string
  readonly payload: Uint8Array
  readonly encrypted: boolean
}

/** Messages between the tasks of this proplet. */
export class Communication {
  readonly #daemon: DaemonCalls

  constructor(daemon: DaemonCalls) {
    this.#daemon = daemon
  }

  /** From now on the guest can receive messages. */
  join(): void {
    this.#daemon.call({ name: 'join' })
  }

  send(recipient: string, payload: Uint8Array, isEncrypted: boolean): bigint {
    if (payload.length > MAX_MESSAGE_BYTES)
      throw failure('communication', `a message holds at most ${MAX_MESSAGE_BYTES} bytes`)
    if (Buffer.byteLength(recipient) > MAX_RECIPIENT_BYTES)
      throw failure('parameter', `a recipient has at most ${MAX_RECIPIENT_BYTES} bytes`)
    return BigInt(this.#daemon.number({ name: 'send-message', recipient, isEncrypted }, payload))
  }

  /** The first waiting message, if any. */
  receive(): Message | undefined {
    const call = { name: 'receive-message' } as const
    const { value, bytes } = this.#daemon.call(call)
    if (value === undefined) return undefined
    if (typeof value !== 'object' || !('sender' in value)) return unexpected(call)
    return { ...value, payload: bytes }
  }

  workloads(): readonly string[] {
    return this.#daemon.texts({ name: 'list-workloads' })
  }
}
