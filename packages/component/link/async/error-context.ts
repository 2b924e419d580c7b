import type { CallContext } from '../abi/call-context.js'
import { mismatch, type Codec } from '../abi/codec.js'
import { indexCodec } from '../abi/index-codec.js'

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
export const errorContextCodec = (): Codec => indexCodec({ kind: 'error-context', depth: 1, lift, lower })
