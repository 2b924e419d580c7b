import type { StringEncoding } from '../../binary/canon-ast.js'
import type { AddressType, FunctionType } from '../../wasm/value-types.js'

/** An item of a core index space: where a run has it. The signature is known of functions only. */
export type CoreItem =
  | {
      readonly from: 'instance'
      readonly instance: number
      readonly name: string
      readonly signature: FunctionType | undefined
      /** Of a memory. */
      readonly address: AddressType
    }
  | { readonly from: 'host'; readonly index: number; readonly signature: FunctionType }

/** The options of a canonical definition, where a run has them. */
export type CanonPlan = {
  /** The number of the component instance. */
  readonly instance: number
  readonly strings: StringEncoding
  readonly memory: CoreItem | undefined
  /** What that is addressed with. */
  readonly address: AddressType
  readonly realloc: CoreItem | undefined
  readonly postReturn: CoreItem | undefined
}
