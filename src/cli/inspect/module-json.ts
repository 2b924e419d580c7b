import type { FunctionType } from '@proplet/component/wasm/value-types.js'
import type { Limits, TableType } from '@proplet/component/wasm/extern-types.js'
import type { ModuleDescription, ModuleItem } from '@proplet/component/wasm/module-description.js'
import type { Budget } from './budget.js'
import type { Json } from './component-json.js'

/** The description of a core module as JSON, with limits in pages or elements. */
export const moduleJson = (module: ModuleDescription, budget: Budget): Record<string, Json> => ({
  imports: listJson(module.imports, budget, (each) => ({
    module: each.module,
    name: each.name,
    ...itemJson(each.item),
  })),
  exports: listJson(module.exports, budget, ({ name, item }) => ({ name, ...itemJson(item) })),
  memories: listJson(module.memories, budget, limitsJson),
  tables: listJson(module.tables, budget, tableJson),
  customSections: listJson(module.customSections, budget, (name) => name),
})

function listJson<T>(items: readonly T[], budget: Budget, json: (item: T) => Json): Json {
  const list: Json[] = []
  for (const item of items) {
    const value = json(item)
    if (!budget.take(JSON.stringify(value).length)) break
    list.push(value)
  }
  return list
}

function itemJson(item: ModuleItem): Record<string, Json> {
  switch (item.kind) {
    case 'function':
    case 'tag':
      return { kind: item.kind, signature: signatureJson(item.signature) }
    case 'table':
      return { kind: item.kind, ...tableJson(item) }
    case 'memory':
      return { kind: item.kind, ...limitsJson(item.limits) }
    case 'global':
      return { kind: item.kind, type: item.type, mutable: item.mutable }
  }
}

const signatureJson = (signature: FunctionType | undefined): Json =>
  signature === undefined ? null : { params: signature.params, results: signature.results }

const limitsJson = ({ min, max, shared, wide, pageBytes }: Limits): Record<string, Json> => ({
  min,
  max: max ?? null,
  shared,
  wide,
  ...(pageBytes === undefined ? {} : { pageBytes }),
})

const tableJson = ({ element, limits }: TableType): Record<string, Json> => ({
  element,
  ...limitsJson(limits),
})
