import type { AddressType, FlatType } from '../../wasm/value-types.js'
import type { AsyncBuiltin } from '../../binary/canon-ast.js'
import { toAddress } from '../abi/address.js'
import type { Codec } from '../abi/codec.js'
import type { CoreSignature } from '../calls/adapter.js'
import type { CanonPlan, CoreItem } from '../abi/canon-plan.js'
import type { InstanceState } from '../abi/instance-state.js'
import type { Instantiation } from '../calls/instantiation.js'
import type { TypeId } from '../abi/type-ids.js'
import type { ChannelType } from '../async/end.js'
import type { MakeWaiting } from '../calls/jspi.js'

/** A core function of the linker: its type, and how to create it in a run. */
export type Builtin = {
  readonly params: readonly FlatType[]
  readonly results: readonly FlatType[]
  readonly make: (instantiation: Instantiation) => object
}

/** What the definition of a built-in function refers to. */
export type BuiltinContext = {
  readonly definition: AsyncBuiltin
  /** The number of the component instance. */
  readonly instance: number
  readonly canon: CanonPlan
  readonly memory: CoreItem | undefined
  /** For `task.return`. */
  readonly result: Codec | undefined
  readonly resultId: TypeId | undefined
  /** The channel type that the definition refers to. */
  readonly channel: (kind: ChannelType['kind']) => ChannelType
  /** For `thread.new-indirect`: the argument type, and the table of functions. */
  readonly thread: { readonly argument: FlatType; readonly table: CoreItem } | undefined
  readonly waiting: (signature: CoreSignature) => MakeWaiting
}

export type MakeBuiltin = (context: BuiltinContext) => Builtin

/** The calling instance; traps while it must not call out. */
export function leaving(instantiation: Instantiation, instance: number): InstanceState {
  const state = instantiation.instance(instance)
  state.checkLeave()
  return state
}

/** An address or a length in a memory, beyond whose bounds all are that are not exact. */
export const address = (value: unknown): number => (typeof value === 'bigint' ? toAddress(value) : i32(value))

/** An i32 as the guest has it that uses a memory addressed so. */
export const asAddress = (value: number, type: AddressType): number | bigint =>
  type === 'i32' ? value : BigInt(value >>> 0)

export const i32 = (value: unknown): number => (typeof value === 'number' ? value >>> 0 : 0)
