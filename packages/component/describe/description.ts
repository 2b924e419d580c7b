import type { FunctionType, ValueType } from '../types.js'

/** `library`: it exports neither `wasi:cli/run` nor an HTTP handler. */
export type ComponentKind = 'command' | 'http' | 'library'

/** What a component is, needs and offers. Types that occur often are shared: they are a graph, not a tree. */
export type ComponentDescription = {
  readonly kind: ComponentKind
  /** It needs WASI 0.3: it mentions something asynchronous, or imports such a version. */
  readonly needsAsync: boolean
  readonly imports: Items
  readonly exports: Items
  /** The packages of WASI that it imports, sorted. */
  readonly wasi: readonly WasiPackage[]
  readonly customSections: readonly string[]
}

/** `version` as written, if any. */
export type WasiPackage = { readonly name: string; readonly version: string | undefined }

/** By name as it is written, with its version, in the order of the binary. */
export type Items = ReadonlyMap<string, Item>

/** What can be imported and exported. */
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

/** What the index space of types holds. */
export type TypeItem =
  | ValueTypeItem
  /** Named as its last import or export named it; empty: it has no name yet. */
  | { readonly kind: 'resource'; readonly name: string }
  | FunctionItem
  | InstanceItem
  | ComponentItem

/** Values of one type that is defined once are the same object wherever it is used. */
export type ValueTypeItem = { readonly kind: 'value'; readonly type: ValueType }
