import type { FunctionType } from './value-types.js'
import type { GlobalType, Limits, TableType } from './extern-types.js'

/** `signature` is undefined if the type is not a function type. */
export type ModuleItem =
  | { readonly kind: 'function'; readonly signature: FunctionType | undefined }
  | { readonly kind: 'tag'; readonly signature: FunctionType | undefined }
  | ({ readonly kind: 'table' } & TableType)
  | { readonly kind: 'memory'; readonly limits: Limits }
  | ({ readonly kind: 'global' } & GlobalType)

export type ModuleImport = { readonly module: string; readonly name: string; readonly item: ModuleItem }
export type ModuleExport = { readonly name: string; readonly item: ModuleItem }

/** What a core module declares. Imported memories and tables precede its own, as in their index spaces. */
export type ModuleDescription = {
  readonly imports: readonly ModuleImport[]
  readonly exports: readonly ModuleExport[]
  readonly memories: readonly Limits[]
  readonly tables: readonly TableType[]
  readonly customSections: readonly string[]
}
