import type { ModuleItem } from '../wasm/module-description.js'
import type { PrimitiveKind } from '../types.js'

/** A resource type is its `id`; each import and export of it makes a new object, which is what has a name or not. */
export type Resource = { readonly kind: 'resource'; readonly id: number }

/** A value type where it is used. */
export type Value = PrimitiveKind | ValueType

/** A value type that is defined. Objects that differ can be the same type; which one it is decides whether it has a name. */
export type ValueType = {
  readonly kind: 'value'
  readonly form: Form
  readonly depth: number
  /** It holds a borrowed handle. */
  readonly borrows: boolean
  /** It holds a list, a string or a map. */
  readonly points: boolean
  /** In a memory of 64 bits. */
  readonly bytes: number
  readonly align: number
}

export type Field = { readonly name: string; readonly type: Value }
export type Case = { readonly name: string; readonly type: Value | undefined }

export type Form =
  | { readonly kind: 'primitive'; readonly primitive: PrimitiveKind }
  | { readonly kind: 'record'; readonly fields: readonly Field[] }
  | { readonly kind: 'variant'; readonly cases: readonly Case[] }
  | { readonly kind: 'list'; readonly element: Value; readonly length: number | undefined }
  | { readonly kind: 'map'; readonly key: Value; readonly value: Value }
  | { readonly kind: 'tuple'; readonly items: readonly Value[] }
  | { readonly kind: 'flags' | 'enum'; readonly names: readonly string[] }
  | { readonly kind: 'option'; readonly some: Value }
  | { readonly kind: 'result'; readonly ok: Value | undefined; readonly err: Value | undefined }
  | { readonly kind: 'own' | 'borrow'; readonly resource: Resource }
  | { readonly kind: 'stream' | 'future'; readonly element: Value | undefined }

export type Func = {
  readonly kind: 'func'
  readonly params: readonly Field[]
  readonly result: Value | undefined
  readonly async: boolean
}

/** Resource types whose ids are from `from` up to `to`: those that a type or a component makes anew wherever it is used. */
export type Range = { readonly from: number; readonly to: number }

export type Instance = Range & { readonly kind: 'instance'; readonly exports: Items }

export type Component = Range & {
  readonly kind: 'component'
  readonly imports: Items
  readonly exports: Items
  /** Of the ids, those that its imports bring. */
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
