import type { FunctionType, ValueType } from '../types.js'

/** `library`: it exports neither `wasi:cli/run` nor an HTTP handler. */
export type ComponentKind = 'command' | 'http' | 'library'

/** What a component is, imports and exports. Shared types are shared objects: a graph, not a tree. */
export type ComponentDescription = {
  readonly kind: ComponentKind
  /** Whether it needs WASI 0.3: it uses something asynchronous, or imports such a version. */
  readonly needsAsync: boolean
  readonly imports: Items
  readonly exports: Items
  /** The WASI packages that it imports, sorted. */
  readonly wasi: readonly WasiPackage[]
  readonly customSections: readonly string[]
}

/** `version` as written, if any. */
export type WasiPackage = { readonly name: string; readonly version: string | undefined }

/** By name as written, with the version, in the order of the binary. */
export type Items = ReadonlyMap<string, Item>

/** An item that can be imported or exported. */
export type Item =
  | FunctionItem
  | InstanceItem
  | ComponentItem
  | { readonly kind: 'type'; readonly type: TypeItem }
  | { readonly kind: 'value'; readonly type: ValueType }
  | { readonly kind: 'core-module' }

export type FunctionItem = { readonly kind: 'func'; readonly type: FunctionType }
export type InstanceItem = { readonly kind: 'instance'; readonly exports: Items }
export type ComponentItem = { readonly kind: 'component'; readonly imports: Items; readonly exports: Items }

/** An item in the index space of types. */
export type TypeItem =
  | ValueTypeItem
  /** Named as its last import or export named it; empty: it has no name yet. */
  | { readonly kind: 'resource'; readonly name: string }
  | FunctionItem
  | InstanceItem
  | ComponentItem

/** Uses of the same type definition share one object. */
export type ValueTypeItem = { readonly kind: 'value'; readonly type: ValueType }
