import type { CallContext } from '../abi/call-context.js'
import { mismatch, type Codec } from '../abi/codec.js'
import { indexCodec } from '../abi/index-codec.js'

/** A description of an error, from a guest or the host. It can be passed on any number of times. */
export class ErrorContext {
  /** It is not a handle of a resource. */
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
