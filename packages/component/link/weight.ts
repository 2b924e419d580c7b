import type { Definition, DefinedType } from '../binary/ast.js'

/** The cost of linking a definition: its number of parts. Referenced definitions were counted where they were defined. */
export function weightOf(definition: Definition): number {
  if (definition.kind === 'type') return 1 + partsOf(definition.type)
  if (definition.kind === 'core-bundle' || definition.kind === 'bundle') return 1 + definition.exports.length
  return 'args' in definition ? 1 + definition.args.length : 1
}

function partsOf(type: DefinedType): number {
  if ('fields' in type) return type.fields.length
  if ('cases' in type) return type.cases.length
  if ('items' in type) return type.items.length
  if ('names' in type) return type.names.length
  return 'params' in type ? type.params.length : 0
}
