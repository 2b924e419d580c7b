import type { StringEncoding } from '../../binary/canon-ast.js'
import type { AddressType, FunctionType } from '../../wasm/value-types.js'

/** An item of a core index space: where to find it in a run. Only functions have a signature. */
export type CoreItem =
  | {
      readonly from: 'instance'
      readonly instance: number
      readonly name: string
      readonly signature: FunctionType | undefined
      /** The address type of a memory or a table. */
      readonly address: AddressType
    }
  | { readonly from: 'host'; readonly index: number; readonly signature: FunctionType }

/** The options of a canonical definition: where to find them in a run. */
export type CanonPlan = {
  /** The number of the component instance. */
  readonly instance: number
  readonly strings: StringEncoding
  readonly memory: CoreItem | undefined
  /** The address type of that memory. */
  readonly address: AddressType
  readonly realloc: CoreItem | undefined
  readonly postReturn: CoreItem | undefined
}
