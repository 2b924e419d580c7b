import { Channel } from './channel.js'
import { End, endAt, type ChannelType } from './end.js'
import type { CallContext } from '../abi/call-context.js'
import { mismatch, type Codec } from '../abi/codec.js'
import { unsignedAt } from '../abi/flat.js'

/** A stream or a future: the readable end goes over to whom the value is given. */
export function channelCodec(type: ChannelType): Codec {
  const lift = (call: CallContext, index: number): Channel => {
    const end = endAt(call.instance.handles, index, type, 'read')
    const channel = end.pass()
    call.instance.handles.removeEntry(index)
    return channel
  }
  const lower = (call: CallContext, value: unknown): number =>
    value instanceof Channel
      ? call.instance.handles.addEntry(new End(value, type, 'read'))
      : mismatch(`a ${type.kind}`, value)
  return {
    kind: type.kind,
    size: 4,
    align: 4,
    flat: ['i32'],
    depth: (type.element?.depth ?? 0) + 1,
    nullable: false,
    load: (call, at) => lift(call, call.memory.view.getUint32(at, true)),
    store: (call, at, value) => {
      const index = lower(call, value)
      call.memory.view.setUint32(at, index, true)
    },
    lift: (call, flat, from) => lift(call, unsignedAt(flat, from)),
    lower: (call, value, flat, to) => {
      flat[to] = lower(call, value)
    },
  }
}
