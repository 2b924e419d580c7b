import { Channel } from './channel.js'
import { End, endAt, type ChannelType } from './end.js'
import type { CallContext } from '../abi/call-context.js'
import { mismatch, type Codec } from '../abi/codec.js'
import { indexCodec } from '../abi/index-codec.js'

/** A stream or a future: passes the readable end to the receiver of the value. */
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
  return indexCodec({ kind: type.kind, depth: (type.element?.depth ?? 0) + 1, lift, lower })
}
