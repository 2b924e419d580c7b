import type { Sort } from '../binary/ast.js'
import { malformed } from '../binary/error.js'
import type { FunctionType, ValueType } from '../types.js'
import type { ComponentItem, InstanceItem, Item, TypeItem } from './description.js'
import { Measures } from './measures.js'

/** The types behind the index spaces of a scope, as far as it was evaluated; core items but modules have none. */
export class Environment {
  readonly types: TypeItem[] = []
  readonly functions: FunctionType[] = []
  readonly values: ValueType[] = []
  readonly instances: InstanceItem[] = []
  readonly components: ComponentItem[] = []
  readonly imports = new Map<string, Item>()
  readonly exports = new Map<string, Item>()
  readonly measures: Measures
  readonly #parent: Environment | undefined

  constructor(parent?: Environment) {
    this.#parent = parent
    this.measures = parent === undefined ? new Measures() : parent.measures
  }

  outer(depth: number): Environment {
    return depth === 0 || this.#parent === undefined ? this : this.#parent.outer(depth - 1)
  }

  /** Adds an item to its index space. */
  push(item: Item): void {
    switch (item.kind) {
      case 'func':
        this.functions.push(item.type)
        break
      case 'instance':
        this.instances.push(item)
        break
      case 'component':
        this.components.push(item)
        break
      case 'type':
        this.types.push(item.type)
        break
      case 'value':
        this.values.push(item.type)
        break
      case 'core-module':
        break
    }
  }

  item(sort: Sort, index: number, offset: number): Item {
    const found = this.#find(sort, index)
    if (found === undefined) throw malformed(`${sort} ${index} has no type`, offset)
    return found
  }

  #find(sort: Sort, index: number): Item | undefined {
    switch (sort) {
      case 'func':
        return wrap(this.functions[index], (type) => ({ kind: 'func', type }))
      case 'instance':
        return this.instances[index]
      case 'component':
        return this.components[index]
      case 'type':
        return wrap(this.types[index], (type) => ({ kind: 'type', type }))
      case 'value':
        return wrap(this.values[index], (type) => ({ kind: 'value', type }))
      case 'core-module':
        return { kind: 'core-module' }
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

  type<K extends TypeItem['kind']>(kind: K, index: number, offset: number): Extract<TypeItem, { kind: K }> {
    const found = this.types[index]
    if (found === undefined || !isOf(kind, found)) {
      throw malformed(`type ${index} is ${found?.kind ?? 'none'}, expected ${kind},`, offset)
    }
    return found
  }
}

const wrap = <T>(value: T | undefined, make: (value: T) => Item): Item | undefined =>
  value === undefined ? undefined : make(value)

const isOf = <K extends TypeItem['kind']>(kind: K, type: TypeItem): type is Extract<TypeItem, { kind: K }> =>
  type.kind === kind
