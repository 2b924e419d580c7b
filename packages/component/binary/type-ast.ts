import type { FunctionType as CoreFunctionType } from '../wasm/value-types.js'
import type { GlobalType, Limits, TableType } from '../wasm/extern-types.js'
import type { PrimitiveKind } from '../types.js'

/** A use of a value type: a primitive, or an index in the space `type`. */
export type ValType = PrimitiveKind | number

export type LabelledType = { readonly name: string; readonly type: ValType }
export type CaseOfType = { readonly name: string; readonly type: ValType | undefined }

/** A type of values. */
export type ValueDefinition =
  | { readonly kind: 'primitive'; readonly primitive: PrimitiveKind }
  | { readonly kind: 'record'; readonly fields: readonly LabelledType[] }
  | { readonly kind: 'variant'; readonly cases: readonly CaseOfType[] }
  | { readonly kind: 'list'; readonly element: ValType; readonly length: number | undefined }
  | { readonly kind: 'map'; readonly key: ValType; readonly value: ValType }
  | { readonly kind: 'tuple'; readonly items: readonly ValType[] }
  | { readonly kind: 'flags'; readonly names: readonly string[] }
  | { readonly kind: 'enum'; readonly cases: readonly string[] }
  | { readonly kind: 'option'; readonly some: ValType }
  | { readonly kind: 'result'; readonly ok: ValType | undefined; readonly err: ValType | undefined }
  | { readonly kind: 'own' | 'borrow'; readonly resource: number }
  | { readonly kind: 'stream' | 'future'; readonly element: ValType | undefined }

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
