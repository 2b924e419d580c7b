import type { CallContext } from '../abi/call-context.js'
import { mismatch, type Codec } from '../abi/codec.js'
import { unsignedAt } from '../abi/flat.js'

/** What a guest, or the host, says of an error. It can be passed on as often as one likes. */
export class ErrorContext {
  /** It is no handle of a resource. */
  readonly resource = undefined
  readonly debugMessage: string

  constructor(debugMessage: string) {
    this.debugMessage = debugMessage
  }
}

const lift = (call: CallContext, index: number): ErrorContext =>
  call.instance.handles.entry(index, ErrorContext)

const lower = (call: CallContext, value: unknown): number =>
  value instanceof ErrorContext ? call.instance.handles.addEntry(value) : mismatch('an ErrorContext', value)

/** `error-context`. */
export const errorContextCodec = (): Codec => ({
  kind: 'error-context',
  size: 4,
  align: 4,
  flat: ['i32'],
  depth: 1,
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
})
