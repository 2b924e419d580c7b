import type { FunctionType as CoreFunctionType } from '../wasm/value-types.js'
import type { GlobalType, Limits, TableType } from '../wasm/extern-types.js'
import type { PrimitiveKind } from '../types.js'
import type { Labelled, ValueShape } from './value-shape.js'

/** A use of a value type: a primitive, or an index in the space `type`. */
export type ValType = PrimitiveKind | number

export type LabelledType = Labelled<ValType>
export type CaseOfType = Labelled<ValType | undefined>

/** A type of values; resources are indices in the space `type`. */
export type ValueDefinition = ValueShape<ValType, number>

export type FuncType = {
  readonly kind: 'func'
  readonly params: readonly LabelledType[]
  readonly result: ValType | undefined
  readonly async: boolean
}

/** A resource defined by this component, represented by an i32. */
export type ResourceType = {
  readonly kind: 'resource'
  /** An index of `core-func`; called with the representation. */
  readonly destructor: number | undefined
}

/** `core-type`. */
export type CoreTypeDefinition = { readonly kind: 'core-type'; readonly type: CoreType }

export type CoreType =
  | ({ readonly kind: 'func' } & CoreFunctionType)
  /** An array, a structure, or a function type with supertypes. */
  | { readonly kind: 'other' }
  | {
      readonly kind: 'module'
      /** The types of the module type itself; outer aliases are resolved. */
      readonly types: readonly CoreType[]
      readonly imports: readonly CoreModuleImport[]
      readonly exports: readonly CoreModuleExport[]
    }

export type CoreModuleImport = {
  readonly module: string
  readonly name: string
  readonly description: CoreExtern
}
export type CoreModuleExport = { readonly name: string; readonly description: CoreExtern }

export type CoreExtern =
  /** `type` is an index into the module type's `types`. */
  | { readonly kind: 'func' | 'tag'; readonly type: number }
  | ({ readonly kind: 'table' } & TableType)
  | { readonly kind: 'memory'; readonly limits: Limits }
  | ({ readonly kind: 'global' } & GlobalType)
