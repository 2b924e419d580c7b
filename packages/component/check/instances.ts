import type { InstanceDefinition } from '../binary/ast.js'
import { malformed } from '../binary/error.js'
import { instantiate } from './match.js'
import { NameScope } from './name-scope.js'
import type { Scope } from './scope.js'
import { NOTHING, type Entity, type Instance, type Items } from './types.js'

/** An instance of a component, or a set of items under new names. */
export function checkInstance(definition: InstanceDefinition, scope: Scope, offset: number): Instance {
  if (definition.kind === 'bundle')
    return { ...NOTHING, kind: 'instance', exports: bag(definition, scope, offset) }
  const component = scope.items.at('component', definition.component, offset)
  const args = new Map(
    definition.args.map(({ name, sort, index }) => [name, scope.items.item(sort, index, offset)]),
  )
  const exports = instantiate(component, args, scope.work, offset)
  if (typeof exports === 'string') throw malformed(exports, offset)
  return { ...NOTHING, kind: 'instance', exports }
}

function bag(
  definition: Extract<InstanceDefinition, { kind: 'bundle' }>,
  scope: Scope,
  offset: number,
): Items {
  // This does not give a resource type a name that methods could use.
  const names = new NameScope('export')
  const items = new Map<string, Entity>()
  for (const { name, extern, sort, index } of definition.exports) {
    const entity = scope.items.item(sort, index, offset)
    names.claim(extern, entity, offset)
    items.set(name, entity)
  }
  return items
}
