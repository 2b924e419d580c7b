import type { AddressType } from '../wasm/value-types.js'
import type { ValType } from './type-ast.js'

export type StringEncoding = 'utf8' | 'utf16' | 'latin1+utf16'

/** Indices are of `core-memory` and `core-func`. */
export type CanonOptions = {
  readonly stringEncoding: StringEncoding
  readonly memory: number | undefined
  readonly realloc: number | undefined
  readonly postReturn: number | undefined
  readonly async: boolean
  readonly callback: number | undefined
}

/** Adds to `func` for a lift, and to `core-func` otherwise. */
export type CanonDefinition =
  | {
      readonly kind: 'lift'
      /** An index of `core-func`. */
      readonly coreFunc: number
      readonly options: CanonOptions
      /** An index of `type`: a function type. */
      readonly type: number
    }
  | { readonly kind: 'lower'; readonly func: number; readonly options: CanonOptions }
  /** `resource` is of `type`. */
  | { readonly kind: 'resource-new' | 'resource-drop' | 'resource-rep'; readonly resource: number }
  | AsyncBuiltin

/** A built-in function of WASI 0.3, with the immediates that it has. */
export type AsyncBuiltin = {
  readonly kind: 'async-builtin'
  readonly name: string
  /** An index of `type`: the stream or the future. */
  readonly type?: number
  readonly options?: CanonOptions
  /** `async` or `cancellable`. */
  readonly flag?: boolean
  /** An index of `core-memory`. */
  readonly memory?: number
  readonly result?: ValType | undefined
  /** The slot of `context.get` and `context.set`. */
  readonly slot?: number
  readonly slotType?: AddressType
  /** Indices of `core-type` and `core-table`. */
  readonly thread?: { readonly type: number; readonly table: number }
}
