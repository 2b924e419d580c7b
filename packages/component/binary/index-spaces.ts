import { malformed } from './error.js'

/** The items of a scope: one index space per kind, in the order of definition. */
export class IndexSpaces<Item extends { readonly kind: string }> {
  readonly #spaces = new Map<string, Item[]>()

  /** Adds an item to the index space of its kind. */
  push(item: Item): void {
    const space = this.#spaces.get(item.kind)
    if (space === undefined) this.#spaces.set(item.kind, [item])
    else space.push(item)
  }

  find(kind: string, index: number): Item | undefined {
    return this.#spaces.get(kind)?.[index]
  }

  /** Fails with `ComponentError` if there is no such item. */
  item(kind: string, index: number, offset: number): Item {
    return this.find(kind, index) ?? missing(kind, index, offset)
  }

  /** The same, for a kind known at compile time. */
  at<K extends Item['kind']>(kind: K, index: number, offset: number): OfKind<Item, K> {
    const found = this.find(kind, index)
    return found !== undefined && isOf(kind, found) ? found : missing(kind, index, offset)
  }
}

export type OfKind<Item extends { readonly kind: string }, K extends Item['kind']> = Extract<
  Item,
  { readonly kind: K }
>

export const isOf = <Item extends { readonly kind: string }, K extends Item['kind']>(
  kind: K,
  item: Item,
): item is OfKind<Item, K> => item.kind === kind

export function missing(what: string, index: number, offset: number): never {
  const name = what === 'core-module' ? 'module' : what.replace('-', ' ')
  throw malformed(`unknown ${name} ${index}: index out of bounds`, offset)
}
