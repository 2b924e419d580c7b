import type { AddressType } from '../../wasm/value-types.js'
import type { Codec } from '../abi/codec.js'
import type { HandleTable } from '../abi/handles.js'
import { trap } from '../abi/trap.js'
import type { TypeId } from '../abi/type-ids.js'
import { COPY, type Channel, type CopyResult, type Sink, type Source } from './channel.js'
import { Waitable } from './waitable.js'

export type ChannelKind = 'stream' | 'future'
export type Direction = 'read' | 'write'

/** The type of a stream or a future; `element` is undefined for empty values. */
export type ChannelType = {
  readonly kind: ChannelKind
  /** Of values that go through a memory of 32 bits. */
  readonly element: Codec | undefined
  /** The same over a memory that is addressed so. */
  readonly elementOver: (address: AddressType) => Codec | undefined
  readonly elementId: TypeId | undefined
}

type State = 'idle' | 'copying' | 'copying-synchronously' | 'cancelling' | 'done'

const VERBS = { read: 'read from', write: 'write to' } as const
const OTHER_END = { read: 'writable', write: 'readable' } as const

/** The end for which an instance has a handle. */
export function endAt(handles: HandleTable, index: number, type: ChannelType, direction: Direction): End {
  const end = handles.entry(index, End)
  return end.is(type, direction)
    ? end
    : trap(`handle index ${index} is the other end, or belongs to another ${type.kind}`)
}

/** One end of a stream or a future, for the instance that has its handle. */
export class End extends Waitable {
  readonly channel: Channel
  readonly type: ChannelType
  readonly direction: Direction
  state: State = 'idle'
  /** The buffer that it reads into, or writes from. */
  buffer: (Source & Sink) | undefined
  /** The result of its last copy. */
  #last: CopyResult = COPY.completed

  constructor(channel: Channel, type: ChannelType, direction: Direction) {
    super()
    this.channel = channel
    this.type = type
    this.direction = direction
  }

  is({ kind, elementId }: ChannelType, direction: Direction): boolean {
    return direction === this.direction && kind === this.type.kind && elementId === this.type.elementId
  }

  /** Traps unless a read or write can begin. */
  checkIdle(): void {
    if (this.state === 'done') trap(`cannot ${VERBS[this.direction]} ${this.#whyDone}`)
    if (this.state !== 'idle') trap('cannot have concurrent operations active on a future/stream')
  }

  /** Ends a copy. */
  finish(result: CopyResult): void {
    const isOver = result === COPY.dropped || (this.type.kind === 'future' && result === COPY.completed)
    this.state = isOver ? 'done' : 'idle'
    this.#last = result
    this.buffer = undefined
  }

  /** Removes the end from its instance, which passes it on. */
  pass(): Channel {
    const { kind } = this.type
    if (this.state === 'done') trap(`cannot lift ${this.#whyDone}`)
    if (this.state !== 'idle') trap(`cannot remove busy ${kind}`)
    if (this.isInSet) trap(`cannot lift ${kind} while it's in a waitable set`)
    return this.channel
  }

  drop(): void {
    const { kind } = this.type
    if (this.state !== 'idle' && this.state !== 'done')
      trap(`cannot ${this.direction === 'read' ? 'remove' : 'drop'} busy ${kind}`)
    if (kind === 'future' && this.direction === 'write' && this.state !== 'done')
      trap('cannot drop future write end without first writing a value')
    this.join(undefined)
    this.channel.drop()
  }

  get #whyDone(): string {
    const { kind } = this.type
    if (kind === 'future' && this.direction === 'write' && this.#last === COPY.dropped)
      return 'future after previous write succeeded or readable end dropped'
    return this.#last === COPY.dropped
      ? `${kind} after being notified that the ${OTHER_END[this.direction]} end dropped`
      : `${kind} after previous ${this.direction} succeeded`
  }
}
