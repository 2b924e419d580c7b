import type { ComponentDescription, Item, Items } from '@proplet/component/describe/description.js'
import type { FunctionType } from '@proplet/component/types.js'
import type { Budget } from './budget.js'
import { viewOf } from './scope-view.js'
import { definitionText, type TypeNames, typeText } from './type-text.js'

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** The description as JSON; types are in WIT syntax, or a name that is defined in the same list. */
export const componentJson = (description: ComponentDescription, budget: Budget): Record<string, Json> => ({
  kind: description.kind,
  needsAsync: description.needsAsync,
  wasi: description.wasi.map(({ name, version }) => ({ name, version: version ?? null })),
  ...worldJson(description.imports, description.exports, budget, 0),
  customSections: description.customSections,
})

/** Deeper than any real interface. */
const MAX_DEPTH = 32

function worldJson(imports: Items, exports: Items, budget: Budget, depth: number): Record<string, Json> {
  const { names } = viewOf(imports, exports)
  return {
    imports: itemsJson(imports, names, budget, depth),
    exports: itemsJson(exports, names, budget, depth),
  }
}

function itemsJson(items: Items, names: TypeNames, budget: Budget, depth: number): Json {
  const list: Json[] = []
  for (const [name, item] of items) {
    if (!budget.take(name.length)) break
    list.push({ name, ...itemJson(name, item, names, budget, depth) })
  }
  return list
}

function itemJson(
  name: string,
  item: Item,
  names: TypeNames,
  budget: Budget,
  depth: number,
): Record<string, Json> {
  switch (item.kind) {
    case 'func':
      return { kind: 'func', ...functionJson(item.type, names, budget) }
    case 'value':
      return { kind: 'value', type: text(typeText(item.type, names), budget) }
    case 'core-module':
      return { kind: 'core-module' }
    case 'instance':
    case 'component':
      return nestedJson(item, budget, depth)
    case 'type':
      break
  }
  const { type } = item
  if (type.kind === 'resource') return { kind: 'resource' }
  if (type.kind !== 'value') return { kind: 'type', type: type.kind }
  const first = names.get(type.type) ?? name
  const definition = first === name ? definitionText(type.type, names) : first
  return { kind: 'type', type: text(definition, budget) }
}

function nestedJson(
  item: Extract<Item, { kind: 'instance' | 'component' }>,
  budget: Budget,
  depth: number,
): Record<string, Json> {
  if (depth >= MAX_DEPTH) {
    budget.exceeded = true
    return { kind: item.kind }
  }
  if (item.kind === 'component') {
    return { kind: 'component', ...worldJson(item.imports, item.exports, budget, depth + 1) }
  }
  return { kind: 'instance', exports: itemsJson(item.exports, viewOf(item.exports).names, budget, depth + 1) }
}

function functionJson(
  { params, result, async }: FunctionType,
  names: TypeNames,
  budget: Budget,
): Record<string, Json> {
  const list: Json[] = []
  for (const { name, type } of params) {
    if (!budget.take(name.length)) break
    list.push({ name, type: text(typeText(type, names), budget) })
  }
  return {
    params: list,
    result: result === undefined ? null : text(typeText(result, names), budget),
    async,
  }
}

function text(value: string, budget: Budget): string {
  return budget.take(value.length) ? value : '…'
}
