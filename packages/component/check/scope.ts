import { malformed } from '../binary/error.js'
import { IndexSpaces } from '../binary/index-spaces.js'
import type { ModuleItem } from '../wasm/module-description.js'
import type { FunctionType as Signature } from '../wasm/value-types.js'
import { NameScope } from './name-scope.js'
import type { Component, Entity, Instance, Module, Resource, TypeItem } from './types.js'
import type { Work } from './work.js'

/** `type`: of no functions and of no module. */
export type CoreTypeItem =
  { readonly kind: 'func'; readonly signature: Signature } | Module | { readonly kind: 'type' }

export type ScopeKind = 'component' | 'component-type' | 'instance-type'

/** The index spaces of a component or of a type that is a scope, as far as it was checked. */
export class Scope {
  readonly items = new IndexSpaces<Entity>()
  readonly core = new IndexSpaces<ModuleItem>()
  readonly coreTypes: CoreTypeItem[] = []
  readonly coreInstances: ReadonlyMap<string, ModuleItem>[] = []
  readonly imports = new Map<string, Entity>()
  readonly exports = new Map<string, Entity>()
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

  /** The scope `depth` levels further out, and whether a component lies between. */
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

  /** A function of a type that has no plain signature can't be lifted, but it can be passed on. */
  coreFunc(index: number, offset: number): Signature {
    return this.core.at('function', index, offset).signature ?? REFERENCE
  }

  /** What this scope creates anew at each use. */
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
