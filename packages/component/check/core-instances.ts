import type { AliasDefinition, CoreInstanceDefinition, CoreSort } from '../binary/ast.js'
import { malformed } from '../binary/error.js'
import type { ModuleItem } from '../wasm/module-description.js'
import { coreMismatch } from './core-match.js'
import { missing } from '../binary/index-spaces.js'
import type { Scope } from './scope.js'

type CoreInstance = ReadonlyMap<string, ModuleItem>

export function coreInstance(definition: CoreInstanceDefinition, scope: Scope, offset: number): CoreInstance {
  if (definition.kind === 'core-bundle')
    return new Map(
      definition.exports.map(({ name, sort, index }) => [name, coreItem(sort, index, scope, offset)]),
    )
  const module = scope.items.at('core-module', definition.module, offset)
  const args = new Map(
    definition.args.map(({ name, instance }) => [
      name,
      scope.coreInstances[instance] ?? missing('core-instance', instance, offset),
    ]),
  )
  scope.work.step(offset, module.imports.size)
  for (const { module: from, name, item } of module.imports.values()) {
    const instance = args.get(from)
    if (instance === undefined)
      throw malformed(`missing module instantiation argument named \`${from}\``, offset)
    const given = instance.get(name)
    if (given === undefined)
      throw malformed(
        `module instantiation argument \`${from}\` does not export an item named \`${name}\``,
        offset,
      )
    const mismatch = coreMismatch(given, item)
    if (mismatch !== undefined)
      throw malformed(
        `type mismatch for export \`${name}\` of module instantiation argument \`${from}\`: ${mismatch}`,
        offset,
      )
  }
  return module.exports
}

function coreItem(sort: CoreSort, index: number, scope: Scope, offset: number): ModuleItem {
  if (sort === 'core-type' || sort === 'core-module' || sort === 'core-instance')
    throw malformed(`a ${sort} can't be exported by a core instance`, offset)
  return scope.core.item(kindOf(sort), index, offset)
}

/** The name of a sort in errors of core modules. */
const kindOf = (sort: CoreSort): string => (sort === 'core-func' ? 'function' : sort.slice('core-'.length))

/** Adds an export of a core instance to the index space of its sort. */
export function aliasCoreExport(
  { instance, name, sort }: Extract<AliasDefinition, { kind: 'alias-core-export' }>,
  scope: Scope,
  offset: number,
): void {
  const exports = scope.coreInstances[instance] ?? missing('core-instance', instance, offset)
  const item = exports.get(name)
  if (item === undefined)
    throw malformed(`core instance ${instance} has no export named \`${name.slice(0, 60)}\``, offset)
  if (item.kind !== kindOf(sort))
    throw malformed(
      `export \`${name.slice(0, 60)}\` for core instance ${instance} is not a ${sort.slice('core-'.length)}`,
      offset,
    )
  scope.core.push(item)
}
