import type { CallContext } from '../abi/call-context.js'
import { mismatch, type Codec } from '../abi/codec.js'
import { isNumber } from '../abi/number-array.js'
import { trap } from '../abi/trap.js'
import { Units, type Items, type Sink, type Source } from './channel.js'
import type { ChannelKind, ChannelType } from './end.js'

/** The limit of the specification. */
const MAX_LENGTH = 2 ** 28 - 1
/** Items that are copied one by one in one operation; a guest asks again for the rest. */
const MAX_VALUES = 16_384

/** Guest memory that a stream is read into or written from. */
export class GuestBuffer implements Source, Sink {
  /** The number of items copied. */
  progress = 0
  readonly #call: CallContext
  readonly #kind: ChannelKind
  readonly #element: Codec | undefined
  readonly #at: number
  readonly #length: number

  constructor(call: CallContext, { kind, element }: ChannelType, at: number, length: number) {
    if (length > MAX_LENGTH) trap('stream read/write count too large')
    if (element !== undefined && length > 0) call.memory.check(at, length * element.size, element.align)
    this.#call = call
    this.#kind = kind
    this.#element = element
    this.#at = at
    this.#length = length
  }

  get remaining(): number {
    const left = this.#length - this.progress
    const isOneByOne = this.#element !== undefined && this.#element.kind !== 'u8'
    return isOneByOne ? Math.min(left, MAX_VALUES) : left
  }

  /** Both ends in one instance: for now, the specification allows that only for element types without parts. */
  checkMeets(other: unknown): void {
    const isWithin = other instanceof GuestBuffer && other.#call.instance === this.#call.instance
    if (isWithin && this.#element !== undefined && !isNumber(this.#element.kind))
      trap(`cannot read from and write to intra-component ${this.#kind}`)
  }

  take(count: number): Items {
    const element = this.#element
    const at = this.#advance(count)
    if (element === undefined) return new Units(count)
    if (element.kind === 'u8') return this.#call.memory.bytes.subarray(at, at + count)
    return Array.from({ length: count }, (_, index) => element.load(this.#call, at + index * element.size))
  }

  put(items: Items): void {
    const element = this.#element
    const at = this.#advance(items.length)
    if (element === undefined) return
    if (items instanceof Units) return mismatch('values', items)
    if (items instanceof Uint8Array) {
      if (element.kind !== 'u8') mismatch('values', items)
      this.#call.memory.bytes.set(items, at)
      return
    }
    for (let index = 0; index < items.length; index += 1)
      element.store(this.#call, at + index * element.size, items[index])
  }

  #advance(count: number): number {
    const at = this.#at + this.progress * (this.#element?.size ?? 0)
    this.progress += count
    return at
  }
}
