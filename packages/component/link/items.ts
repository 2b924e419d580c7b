import type { FunctionType } from '../wasm/value-types.js'
import type { Component, Scope } from '../binary/ast.js'
import type { Codec } from './abi/codec.js'
import type { ChannelType } from './async/end.js'
import type { LinkedModule } from './builder.js'
import type { CoreItem } from './core-item.js'
import type { Frame } from './frame.js'
import type { FunctionShape, LinkedFunction } from './function.js'
import type { TypeId } from './type-ids.js'

/** What the index spaces of a component hold once it is linked. */
export type Item =
  | { readonly kind: 'func'; readonly func: LinkedFunction }
  | InstanceItem
  | ComponentItem
  | CoreModuleItem
  | { readonly kind: 'type'; readonly type: TypeItem }

export type InstanceItem = { readonly kind: 'instance'; readonly exports: ReadonlyMap<string, Item> }

/** `frame`: the one around the definition. */
export type ComponentItem = {
  readonly kind: 'component'
  readonly component: Component
  readonly frame: Frame
}

/** The bytes from `start` up to `end` of the file, or a module that the host provides. */
export type CoreModuleItem = { readonly kind: 'core-module' } & (
  | { readonly from: 'component'; readonly start: number; readonly end: number }
  | { readonly from: 'host'; readonly module: LinkedModule }
)

export type TypeItem =
  /** `channel`: it is a stream or a future. */
  | {
      readonly kind: 'value'
      readonly codec: Codec
      readonly id: TypeId
      readonly channel?: ChannelType | undefined
    }
  | { readonly kind: 'func'; readonly shape: FunctionShape }
  /** `instance`: the number of the component instance that defines it; undefined: the host does. */
  | { readonly kind: 'resource'; readonly slot: number; readonly instance: number | undefined }
  | { readonly kind: 'instance'; readonly scope: Scope; readonly frame: Frame }
  /** Of components and modules that are imported: nothing depends on it. */
  | { readonly kind: 'component' }

/** An instance of a core module, or a bundle of items of others. */
export type CoreInstanceItem =
  | {
      readonly from: 'module'
      readonly instance: number
      readonly functions: ReadonlyMap<string, FunctionType>
    }
  | { readonly from: 'bundle'; readonly items: ReadonlyMap<string, CoreItem> }
