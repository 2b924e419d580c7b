import type { ModuleRole } from '../wasm/module-role.js'
import type { SpareMemories } from '../wasm/spare-memories.js'
import type { CoreSort, Component, Scope } from '../binary/ast.js'
import { malformed } from '../binary/error.js'
import { IndexSpaces, isOf, missing, type OfKind } from '../binary/index-spaces.js'
import type { CoreType } from '../binary/type-ast.js'
import type { CoreItem } from './abi/canon-plan.js'
import type { LinkedFunction, Instantiation } from './calls/instantiation.js'
import { TypeIds, type TypeId } from './abi/type-ids.js'
import type { FunctionType } from '../wasm/value-types.js'
import type { Codecs } from './codecs.js'
import type { ChannelType } from './async/end.js'
import type { FunctionShape } from './calls/function.js'
import type { ModuleShape } from '../wasm/scan.js'

/** What is known of a core module before a run. */
export type LinkedModule = {
  readonly shape: ModuleShape
  readonly moduleOf: (instantiation: Instantiation) => WebAssembly.Module
  /** The source of its memory; undefined if it defines its own. */
  readonly memories?: SpareMemories | undefined
  readonly globals?: readonly string[] | undefined
  readonly role?: ModuleRole | undefined
}

/** The items in the index spaces of a linked component. */
export type Item =
  | { readonly kind: 'func'; readonly func: LinkedFunction }
  | InstanceItem
  | ComponentItem
  | CoreModuleItem
  | { readonly kind: 'type'; readonly type: TypeItem }

export type InstanceItem = { readonly kind: 'instance'; readonly exports: ReadonlyMap<string, Item> }

/** `frame`: the scope around the definition. */
export type ComponentItem = {
  readonly kind: 'component'
  readonly component: Component
  readonly frame: Frame
}

/** The bytes from `start` to `end` of the file, or a module provided by the host. */
export type CoreModuleItem = { readonly kind: 'core-module' } & (
  | { readonly from: 'component'; readonly start: number; readonly end: number }
  | { readonly from: 'host'; readonly module: LinkedModule }
)

export type TypeItem =
  /** `channel` is set for a stream or a future. */
  | {
      readonly kind: 'value'
      readonly codecs: Codecs
      readonly id: TypeId
      readonly channel?: ChannelType | undefined
    }
  | { readonly kind: 'func'; readonly async: boolean; readonly shape: FunctionShape }
  /** `instance`: the number of the component instance that defines it; undefined for the host. */
  | { readonly kind: 'resource'; readonly slot: number; readonly instance: number | undefined }
  | { readonly kind: 'instance'; readonly scope: Scope; readonly frame: Frame }
  /** Of components and modules that are imported: nothing depends on it. */
  | { readonly kind: 'component' }

/** An instance of a core module, or a set of items of other instances. */
export type CoreInstanceItem =
  | {
      readonly from: 'module'
      readonly instance: number
      readonly functions: ReadonlyMap<string, FunctionType>
      /** The names of exported 64-bit memories and tables. */
      readonly wide: ReadonlySet<string>
    }
  | { readonly from: 'bundle'; readonly items: ReadonlyMap<string, CoreItem> }

/** The index spaces of one component instance, or of a type with a scope, as far as they are linked. */
export class Frame {
  /** The number of the component instance. */
  readonly instance: number
  readonly depth: number
  readonly items = new IndexSpaces<Item>()
  readonly coreTypes: CoreType[] = []
  readonly coreInstances: CoreInstanceItem[] = []
  readonly exports = new Map<string, Item>()
  readonly typeIds: TypeIds
  readonly #core = new IndexSpaces<CoreEntry>()
  readonly #parent: Frame | undefined

  /** @param depth the number of instantiations, or type evaluations, around it */
  constructor(parent: Frame | undefined, instance: number, depth: number) {
    this.#parent = parent
    this.typeIds = parent?.typeIds ?? new TypeIds()
    this.instance = instance
    this.depth = depth
  }

  outer(depth: number, offset: number): Frame {
    if (depth === 0) return this
    if (this.#parent === undefined) throw malformed('an alias of a scope that is not there', offset)
    return this.#parent.outer(depth - 1, offset)
  }

  pushCore(kind: CoreSort, item: CoreItem): void {
    this.#core.push({ kind, item })
  }

  core(sort: CoreSort, index: number, offset: number): CoreItem {
    return this.#core.item(sort, index, offset).item
  }

  coreInstance(index: number, offset: number): CoreInstanceItem {
    return this.coreInstances[index] ?? missing('core-instance', index, offset)
  }

  type<K extends TypeItem['kind']>(kind: K, index: number, offset: number): OfKind<TypeItem, K> {
    const { type } = this.items.at('type', index, offset)
    if (!isOf(kind, type)) throw malformed(`type ${index} is ${type.kind}, expected ${kind},`, offset)
    return type
  }
}

type CoreEntry = { readonly kind: CoreSort; readonly item: CoreItem }
