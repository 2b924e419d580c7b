import type { CoreSort, Sort } from '../binary/ast.js'
import { malformed } from '../binary/error.js'
import type { CoreType } from '../binary/type-ast.js'
import type { CoreItem } from './core-item.js'
import type {
  ComponentItem,
  CoreInstanceItem,
  CoreModuleItem,
  InstanceItem,
  Item,
  TypeItem,
} from './items.js'
import type { LinkedFunction } from './function.js'
import { TypeIds } from './type-ids.js'

/** The index spaces of one component instance, or of a type that is a scope, as far as it was linked. */
export class Frame {
  /** The number of the component instance. */
  readonly instance: number
  readonly depth: number
  readonly functions: LinkedFunction[] = []
  readonly types: TypeItem[] = []
  readonly instances: InstanceItem[] = []
  readonly components: ComponentItem[] = []
  readonly modules: CoreModuleItem[] = []
  readonly coreTypes: CoreType[] = []
  readonly coreInstances: CoreInstanceItem[] = []
  readonly exports = new Map<string, Item>()
  readonly typeIds: TypeIds
  readonly #core = new Map<CoreSort, CoreItem[]>()
  readonly #parent: Frame | undefined

  /** @param depth how many components are being instantiated, or types evaluated, around it */
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

  push(item: Item): void {
    switch (item.kind) {
      case 'func':
        this.functions.push(item.func)
        break
      case 'instance':
        this.instances.push(item)
        break
      case 'component':
        this.components.push(item)
        break
      case 'core-module':
        this.modules.push(item)
        break
      case 'type':
        this.types.push(item.type)
        break
    }
  }

  item(sort: Sort, index: number, offset: number): Item {
    return this.#find(sort, index) ?? missing(sort, index, offset)
  }

  pushCore(sort: CoreSort, item: CoreItem): void {
    const space = this.#core.get(sort)
    if (space === undefined) this.#core.set(sort, [item])
    else space.push(item)
  }

  core(sort: CoreSort, index: number, offset: number): CoreItem {
    return this.#core.get(sort)?.[index] ?? missing(sort, index, offset)
  }

  coreInstance(index: number, offset: number): CoreInstanceItem {
    return this.coreInstances[index] ?? missing('core-instance', index, offset)
  }

  type<K extends TypeItem['kind']>(kind: K, index: number, offset: number): Extract<TypeItem, { kind: K }> {
    const found = this.types[index]
    if (found === undefined || !isOf(kind, found))
      throw malformed(`type ${index} is ${found?.kind ?? 'none'}, expected ${kind},`, offset)
    return found
  }

  #find(sort: Sort, index: number): Item | undefined {
    switch (sort) {
      case 'func': {
        const func = this.functions[index]
        return func && { kind: 'func', func }
      }
      case 'type': {
        const type = this.types[index]
        return type && { kind: 'type', type }
      }
      case 'instance':
        return this.instances[index]
      case 'component':
        return this.components[index]
      case 'core-module':
        return this.modules[index]
      case 'value':
      case 'core-func':
      case 'core-table':
      case 'core-memory':
      case 'core-global':
      case 'core-tag':
      case 'core-type':
      case 'core-instance':
        return undefined
    }
  }
}

const isOf = <K extends TypeItem['kind']>(kind: K, type: TypeItem): type is Extract<TypeItem, { kind: K }> =>
  type.kind === kind

function missing(sort: Sort, index: number, offset: number): never {
  throw malformed(`there is no ${sort} ${index}`, offset)
}
