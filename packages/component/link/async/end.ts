import type { Codec } from '../abi/codec.js'
import { trap } from '../trap.js'
import type { Channel } from './channel.js'
import { Waitable } from './waitable.js'

export type ChannelKind = 'stream' | 'future'
export type Direction = 'read' | 'write'

/** The type of a stream or a future; `element` undefined: of empty values. */
export type ChannelType = { readonly kind: ChannelKind; readonly element: Codec | undefined }

/** One end of a stream or of a future, for the instance that has its handle. */
export class End extends Waitable {
  readonly channel: Channel
  readonly type: ChannelType
  readonly direction: Direction
  state: 'idle' | 'copying' | 'cancelling' | 'done' = 'idle'

  constructor(channel: Channel, type: ChannelType, direction: Direction) {
    super()
    this.channel = channel
    this.type = type
    this.direction = direction
  }

  /** Types of two components are compared by what matters to those that copy. */
  is(type: ChannelType, direction: Direction): boolean {
    const { kind, element } = this.type
    return (
      direction === this.direction &&
      kind === type.kind &&
      element?.kind === type.element?.kind &&
      element?.size === type.element?.size
    )
  }

  drop(): void {
    if (this.state === 'copying' || this.state === 'cancelling')
      trap(`an end of a ${this.type.kind} was dropped that is in use`)
    if (this.type.kind === 'future' && this.direction === 'write' && this.state !== 'done')
      trap('the writable end of a future was dropped without a value')
    this.join(undefined)
    this.channel.drop()
  }
}
