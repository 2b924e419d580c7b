import type { ModuleItem } from '../wasm/module-description.js'
import type { Labelled, ValueShape } from '../binary/value-shape.js'
import type { PrimitiveKind } from '../types.js'

/** A resource type is identified by its `id`; each import and export of it creates an object, which may have a name. */
export type Resource = { readonly kind: 'resource'; readonly id: number }

/** A use of a value type. */
export type Value = PrimitiveKind | ValueType

/** A defined value type. Different objects may be the same type; names belong to objects. */
export type ValueType = {
  readonly kind: 'value'
  readonly form: Form
  readonly depth: number
  /** Whether it contains a borrowed handle. */
  readonly borrows: boolean
  /** Whether it contains a list, a string or a map. */
  readonly points: boolean
  /** Its size in a 64-bit memory. */
  readonly bytes: number
  readonly align: number
}

export type Field = Labelled<Value>
export type Case = Labelled<Value | undefined>

export type Form = ValueShape<Value, Resource>

export type Func = {
  readonly kind: 'func'
  readonly params: readonly Field[]
  readonly result: Value | undefined
  readonly async: boolean
}

/** Resource types with IDs from `from` to `to`: those that a type or a component creates at each use. */
export type Range = { readonly from: number; readonly to: number }

export type Instance = Range & { readonly kind: 'instance'; readonly exports: Items }

export type Component = Range & {
  readonly kind: 'component'
  readonly imports: Items
  readonly exports: Items
  /** The IDs of imported resource types. */
  readonly imported: ReadonlySet<number>
}

export type Module = {
  readonly kind: 'core-module'
  /** By `module:name`. */
  readonly imports: ReadonlyMap<
    string,
    { readonly module: string; readonly name: string; readonly item: ModuleItem }
  >
  readonly exports: ReadonlyMap<string, ModuleItem>
}

export type TypeItem = ValueType | Resource | Func | Instance | Component

export type Entity =
  | Func
  | Instance
  | Component
  | Module
  | { readonly kind: 'value' }
  | { readonly kind: 'type'; readonly type: TypeItem }

export type Items = ReadonlyMap<string, Entity>

export const NOTHING: Range = { from: 0, to: 0 }

export const isWithin = ({ from, to }: Range, id: number): boolean => id >= from && id < to
