import { WASM_PAGE_BYTES } from '@proplet/component/wasm/module-limits.js'
import { formatBytes } from '@proplet/component/units.js'
import type { FunctionType } from '@proplet/component/wasm/value-types.js'
import type { Limits } from '@proplet/component/wasm/extern-types.js'
import type { ModuleDescription, ModuleItem } from '@proplet/component/wasm/module-description.js'
import { shown } from './shown.js'

/** The imports, exports, memories and tables of a core module, one per line. */
export function* moduleLines({
  imports,
  exports,
  memories,
  tables,
}: ModuleDescription): Generator<string, void> {
  for (const { module, name, item } of imports) {
    yield `import ${shown(module)} ${shown(name)}: ${itemText(item)}`
  }
  for (const { name, item } of exports) yield `export ${shown(name)}: ${itemText(item)}`
  for (const [index, limits] of memories.entries()) yield `memory ${index}: ${pages(limits)}`
  for (const [index, { element, limits }] of tables.entries()) {
    yield `table ${index}: ${range(limits)} elements of ${element}${extras(limits)}`
  }
}

const signatureText = (signature: FunctionType | undefined): string => {
  if (signature === undefined) return 'func'
  const [only, ...others] = signature.results
  const results = others.length === 0 ? only : `(${signature.results.join(', ')})`
  return `func(${signature.params.join(', ')})${results === undefined ? '' : ` -> ${results}`}`
}

function itemText(item: ModuleItem): string {
  switch (item.kind) {
    case 'function':
      return signatureText(item.signature)
    case 'tag':
      return `tag ${signatureText(item.signature)}`
    case 'table':
      return `table of ${item.element}, ${range(item.limits)} elements${extras(item.limits)}`
    case 'memory':
      return `memory of ${pages(item.limits)}`
    case 'global':
      return `global ${item.mutable ? 'mut ' : ''}${item.type}`
  }
}

const range = ({ min, max }: Limits): string => (max === undefined ? `${min} or more` : `${min} to ${max}`)

function pages(limits: Limits): string {
  const bytes = limits.pageBytes ?? WASM_PAGE_BYTES
  return `${range(limits)} pages of ${formatBytes(bytes)}${extras(limits)}`
}

const extras = ({ shared, wide }: Limits): string => `${shared ? ', shared' : ''}${wide ? ', 64-bit' : ''}`
