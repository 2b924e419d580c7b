import { malformed } from '../binary/error.js'
import type { GlobalType, Limits, TableType } from '../wasm/extern-types.js'
import type { ModuleItem } from '../wasm/module-description.js'
import type { FunctionType as Signature } from '../wasm/value-types.js'
import { NameScope } from './name-scope.js'
import type { Component, Entity, Func, Instance, Module, Resource, TypeItem } from './types.js'
import type { Work } from './work.js'

/** `type`: of no functions and of no module. */
export type CoreTypeItem =
  { readonly kind: 'func'; readonly signature: Signature } | Module | { readonly kind: 'type' }

export type ScopeKind = 'component' | 'component-type' | 'instance-type'

/** The index spaces of a component or of a type that is a scope, as far as it was checked. */
export class Scope {
  readonly coreFuncs: Signature[] = []
  readonly coreTables: TableType[] = []
  readonly coreMemories: Limits[] = []
  readonly coreGlobals: GlobalType[] = []
  readonly coreTags: (Signature | undefined)[] = []
  readonly coreTypes: CoreTypeItem[] = []
  readonly coreInstances: ReadonlyMap<string, ModuleItem>[] = []
  readonly modules: Module[] = []
  readonly funcs: Func[] = []
  readonly types: TypeItem[] = []
  readonly instances: Instance[] = []
  readonly components: Component[] = []
  readonly imports = new Map<string, Entity>()
  readonly exports = new Map<string, Entity>()
  readonly importNames = new NameScope('import')
  readonly exportNames = new NameScope('export')
  /** Types that have a name by an import, and by an export. */
  readonly imported = new Set<object>()
  readonly exported = new Set<object>()
  /** Ids of the resource types that imports bring, and of those that the component defines itself. */
  readonly importedIds = new Set<number>()
  readonly localIds = new Set<number>()
  readonly from: number
  readonly kind: ScopeKind
  readonly work: Work
  readonly #parent: Scope | undefined

  constructor(kind: ScopeKind, work: Work, parent: Scope | undefined) {
    this.kind = kind
    this.work = work
    this.from = work.resources
    this.#parent = parent
  }

  /** The scope `depth` levels further out, and whether a component lies between. */
  outer(depth: number): { readonly scope: Scope; readonly crosses: boolean } {
    if (depth === 0 || this.#parent === undefined) return { scope: this, crosses: false }
    const { scope, crosses } = this.#parent.outer(depth - 1)
    return { scope, crosses: crosses || this.kind === 'component' }
  }

  push(entity: Entity): void {
    switch (entity.kind) {
      case 'func':
        this.funcs.push(entity)
        break
      case 'instance':
        this.instances.push(entity)
        break
      case 'component':
        this.components.push(entity)
        break
      case 'core-module':
        this.modules.push(entity)
        break
      case 'type':
        this.types.push(entity.type)
        break
      case 'value':
        break
    }
  }

  resource(index: number, offset: number): Resource {
    const found = this.types[index]
    if (found?.kind !== 'resource') throw malformed(`type index ${index} is not a resource type`, offset)
    return found
  }

  func(index: number, offset: number): Func {
    return this.funcs[index] ?? missing('func', index, offset)
  }

  coreFunc(index: number, offset: number): Signature {
    return this.coreFuncs[index] ?? missing('core func', index, offset)
  }

  /** What this scope makes anew wherever it is used. */
  asComponent(): Component {
    return {
      kind: 'component',
      imports: this.imports,
      exports: this.exports,
      imported: this.importedIds,
      from: this.from,
      to: this.work.resources,
    }
  }

  asInstance(): Instance {
    return { kind: 'instance', exports: this.exports, from: this.from, to: this.work.resources }
  }
}

export function missing(what: string, index: number, offset: number): never {
  throw malformed(`unknown ${what} ${index}: index out of bounds`, offset)
}
