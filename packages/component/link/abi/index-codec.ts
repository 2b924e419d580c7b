import type { CallContext } from './call-context.js'
import type { Codec } from './codec.js'
import { unsignedAt } from './flat.js'

type IndexType = Pick<Codec, 'kind' | 'depth'> & {
  readonly lift: (call: CallContext, index: number) => unknown
  readonly lower: (call: CallContext, value: unknown) => number
}

/** The codec of a value that guests refer to by its index in their table. */
export const indexCodec = ({ kind, depth, lift, lower }: IndexType): Codec => ({
  kind,
  size: 4,
  align: 4,
  flat: ['i32'],
  depth,
  nullable: false,
  load: (call, at) => lift(call, call.memory.view.getUint32(at, true)),
  store: (call, at, value) => {
    // Lowering may call the guest and grow its memory, so the view is read afterwards.
    const index = lower(call, value)
    call.memory.view.setUint32(at, index, true)
  },
  lift: (call, flat, from) => lift(call, unsignedAt(flat, from)),
  lower: (call, value, flat, to) => {
    flat[to] = lower(call, value)
  },
})
