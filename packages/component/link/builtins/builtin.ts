import type { FlatType } from '../../wasm/value-types.js'
import type { AsyncBuiltin } from '../../binary/canon-ast.js'
import type { Codec } from '../abi/codec.js'
import type { CoreSignature } from '../calls/adapter.js'
import type { CanonPlan, CoreItem } from '../abi/canon-plan.js'
import type { InstanceState } from '../abi/instance-state.js'
import type { Instantiation } from '../calls/instantiation.js'
import type { TypeId } from '../abi/type-ids.js'
import type { ChannelType } from '../async/end.js'
import type { MakeWaiting } from '../calls/jspi.js'

/** A function of ours for core modules: its core type, and what it is in a run. */
export type Builtin = {
  readonly params: readonly FlatType[]
  readonly results: readonly FlatType[]
  readonly make: (instantiation: Instantiation) => object
}

/** What a definition of a built-in function refers to. */
export type BuiltinContext = {
  readonly definition: AsyncBuiltin
  /** The number of the component instance. */
  readonly instance: number
  readonly canon: CanonPlan
  readonly memory: CoreItem | undefined
  /** Of `task.return`. */
  readonly result: Codec | undefined
  readonly resultId: TypeId | undefined
  /** Of the definition's type. */
  readonly channel: (kind: ChannelType['kind']) => ChannelType
  /** Of `thread.new-indirect`: the type of the argument, and where functions are. */
  readonly thread: { readonly argument: FlatType; readonly table: CoreItem } | undefined
  readonly waiting: (signature: CoreSignature) => MakeWaiting
}

export type MakeBuiltin = (context: BuiltinContext) => Builtin

/** The instance that calls; a trap while it may not call anything. */
export function leaving(instantiation: Instantiation, instance: number): InstanceState {
  const state = instantiation.instance(instance)
  state.checkLeave()
  return state
}

export const i32 = (value: unknown): number => (typeof value === 'number' ? value >>> 0 : 0)
