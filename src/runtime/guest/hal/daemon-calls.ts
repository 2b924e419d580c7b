import type { Link } from '../channel/link.js'
import { piecesOf } from '../channel/pieces.js'
import type { HalCall, HalValue } from '../../hal/calls.js'
import { HalFailure } from '../../hal/failure.js'

const NO_BYTES = new Uint8Array(0)

export type Answered = { readonly value: HalValue | undefined; readonly bytes: Uint8Array }

/** Calls to services in the daemon; each blocks the guest until it is answered. */
export class DaemonCalls {
  readonly #link: Link

  constructor(link: Link) {
    this.#link = link
  }

  /** Throws the HalFailure that the daemon answers with. */
  call(call: HalCall, bytes: Uint8Array = NO_BYTES): Answered {
    const pieces = piecesOf(bytes)
    for (const piece of pieces.slice(0, -1)) this.#link.send({ type: 'hal-data', bytes: piece })
    this.#link.send({ type: 'hal', call, bytes: pieces.at(-1) ?? NO_BYTES })
    const { message, body } = this.#link.receive()
    if (message.type !== 'hal-answer') throw new Error(`expected an answer of the HAL, found ${message.type}`)
    if (message.error !== undefined) throw new HalFailure(message.error)
    return { value: message.value, bytes: body }
  }

  number(call: HalCall, bytes?: Uint8Array): number {
    const { value } = this.call(call, bytes)
    return typeof value === 'number' ? value : unexpected(call)
  }

  /** A decimal number of up to 64 bits. */
  bigint(call: HalCall): bigint {
    const { value } = this.call(call)
    return typeof value === 'string' ? BigInt(value) : unexpected(call)
  }

  texts(call: HalCall): readonly string[] {
    const { value } = this.call(call)
    return Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : unexpected(call)
  }
}

export const unexpected = ({ name }: HalCall): never => {
  throw new Error(`the daemon answered ${name} with an unexpected message`)
}

const LARGEST = BigInt(Number.MAX_SAFE_INTEGER)

/** A handle as the daemon numbers them; an invalid one becomes 0, which never exists. */
export const toDaemonHandle = (handle: bigint): number => (handle > LARGEST ? 0 : Number(handle))
