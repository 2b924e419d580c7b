import { malformed } from '../binary/error.js'
import { IndexSpaces } from '../binary/index-spaces.js'
import type { ModuleItem } from '../wasm/module-description.js'
import type { AddressType, FunctionType as Signature } from '../wasm/value-types.js'
import { NameScope } from './name-scope.js'
import type { Component, Entity, Instance, Module, Resource, TypeItem } from './types.js'
import type { Work } from './work.js'

/** `type`: neither a function type nor a module type. */
export type CoreTypeItem =
  { readonly kind: 'func'; readonly signature: Signature } | Module | { readonly kind: 'type' }

export type ScopeKind = 'component' | 'component-type' | 'instance-type'

/** The index spaces of a component or of a type with a scope, as far as they are checked. */
export class Scope {
  readonly items = new IndexSpaces<Entity>()
  readonly core = new IndexSpaces<ModuleItem>()
  readonly coreTypes: CoreTypeItem[] = []
  readonly coreInstances: ReadonlyMap<string, ModuleItem>[] = []
  readonly imports = new Map<string, Entity>()
  readonly exports = new Map<string, Entity>()
  /** Types named by an import, and by an export. */
  readonly imported = new Set<object>()
  readonly exported = new Set<object>()
  /** IDs of the resource types that are imported, and of those that the component defines. */
  readonly importedIds = new Set<number>()
  readonly localIds = new Set<number>()
  /** The type that all `context.get` and `context.set` of a component have. */
  contextType: AddressType | undefined
  readonly from: number
  readonly kind: ScopeKind
  readonly work: Work
  readonly #parent: Scope | undefined
  #importNames: NameScope | undefined
  #exportNames: NameScope | undefined

  constructor(kind: ScopeKind, work: Work, parent: Scope | undefined) {
    this.kind = kind
    this.work = work
    this.from = work.resources
    this.#parent = parent
  }

  get importNames(): NameScope {
    return (this.#importNames ??= new NameScope('import'))
  }

  get exportNames(): NameScope {
    return (this.#exportNames ??= new NameScope('export'))
  }

  /** The scope `depth` levels further out, and whether a component boundary lies between. */
  outer(depth: number): { readonly scope: Scope; readonly crosses: boolean } {
    if (depth === 0 || this.#parent === undefined) return { scope: this, crosses: false }
    const { scope, crosses } = this.#parent.outer(depth - 1)
    return { scope, crosses: crosses || this.kind === 'component' }
  }

  type(index: number): TypeItem | undefined {
    const found = this.items.find('type', index)
    return found?.kind === 'type' ? found.type : undefined
  }

  resource(index: number, offset: number): Resource {
    const found = this.type(index)
    if (found?.kind !== 'resource') throw malformed(`type index ${index} is not a resource type`, offset)
    return found
  }

  /** A function whose type has no plain signature cannot be lifted, but can be passed on. */
  coreFunc(index: number, offset: number): Signature {
    return this.core.at('function', index, offset).signature ?? REFERENCE
  }

  /** The type of the component that this scope defines. */
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

const REFERENCE: Signature = { params: ['reference'], results: ['reference'] }
