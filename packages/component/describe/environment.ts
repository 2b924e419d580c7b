import { malformed } from '../binary/error.js'
import { IndexSpaces, isOf, type OfKind } from '../binary/index-spaces.js'
import type { Item, TypeItem } from './description.js'
import { Measures } from './measures.js'

/** The types in the index spaces of a scope, as far as it is evaluated; of core items, only modules have one. */
export class Environment {
  readonly items = new IndexSpaces<Item>()
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

  type<K extends TypeItem['kind']>(kind: K, index: number, offset: number): OfKind<TypeItem, K> {
    const { type } = this.items.at('type', index, offset)
    if (!isOf(kind, type)) throw malformed(`type ${index} is ${type.kind}, expected ${kind},`, offset)
    return type
  }
}
