import { malformed } from '../binary/error.js'
import type { CoreExtern, CoreType } from '../binary/type-ast.js'
import type { ModuleDescription, ModuleItem } from '../wasm/module-description.js'
import type { CoreTypeItem } from './scope.js'
import type { Module } from './types.js'

const MAX_PAGES = 65_536
const MAX_WIDE_PAGES = 2 ** 48

/** The type of a module, derived from its declarations. */
export const moduleOf = ({ imports, exports }: ModuleDescription, offset: number): Module => ({
  kind: 'core-module',
  imports: importsOf(imports, offset),
  exports: new Map(exports.map(({ name, item }) => [name, item])),
})

function importsOf(
  imports: readonly { readonly module: string; readonly name: string; readonly item: ModuleItem }[],
  offset: number,
): Module['imports'] {
  const found = new Map<string, { module: string; name: string; item: ModuleItem }>()
  for (const { module, name, item } of imports) {
    const key = importKey(module, name)
    if (found.has(key)) throw malformed(`duplicate import name \`${module}:${name}\``, offset)
    found.set(key, { module, name, item })
  }
  return found
}

/** Unique for each pair of names. */
const importKey = (module: string, name: string): string => `${module.length}:${module}:${name}`

export function coreTypeOf(type: CoreType, offset: number): CoreTypeItem {
  if (type.kind === 'func') return { kind: 'func', signature: type }
  if (type.kind === 'other') return { kind: 'type' }
  const item = (description: CoreExtern) => itemOf(description, type.types, offset)
  const exports = new Map<string, ModuleItem>()
  for (const { name, description } of type.exports) {
    if (exports.has(name)) throw malformed(`export name \`${name}\` already defined`, offset)
    exports.set(name, item(description))
  }
  const imports = type.imports.map(({ module, name, description }) => ({
    module,
    name,
    item: item(description),
  }))
  return { kind: 'core-module', imports: importsOf(imports, offset), exports }
}

function itemOf(description: CoreExtern, types: readonly CoreType[], offset: number): ModuleItem {
  switch (description.kind) {
    case 'func':
    case 'tag': {
      const type = types[description.type]
      const signature = type?.kind === 'func' ? type : undefined
      return { kind: description.kind === 'func' ? 'function' : 'tag', signature }
    }
    case 'memory': {
      const { min, max = 0, wide } = description.limits
      const most = wide ? MAX_WIDE_PAGES : MAX_PAGES
      if (Math.max(min, max) > most) throw malformed(`memory size must be at most ${most} pages`, offset)
      return description
    }
    case 'table':
    case 'global':
      return description
  }
}
