import type { ExternDescription, ExternName } from '../binary/ast.js'
import { malformed } from '../binary/error.js'
import { another, described } from './externs.js'
import { Match } from './match.js'
import type { Scope } from './scope.js'
import { NOTHING, type Entity } from './types.js'
import { expose } from './visibility.js'

/** Adds an import or an export to a scope: its name, its types, and the item itself. */
export function enter(
  side: 'import' | 'export',
  name: ExternName,
  entity: Entity,
  scope: Scope,
  offset: number,
): void {
  const [names, items] =
    side === 'import' ? [scope.importNames, scope.imports] : [scope.exportNames, scope.exports]
  names.claim(name, entity, offset)
  expose(entity, side, scope, offset)
  if (entity.kind === 'type' && entity.type.kind === 'resource') names.register(name.text, entity.type)
  items.set(name.text, entity)
  scope.items.push(entity)
}

/** Exports an item under a name, with the ascribed type if there is one. Later definitions see the exported item. */
export function exportItem(
  name: ExternName,
  given: Entity,
  scope: Scope,
  offset: number,
  description?: ExternDescription,
): void {
  const entity = description === undefined ? renamed(given) : ascribed(given, description, scope, offset)
  enter('export', name, entity, scope, offset)
}

const renamed = (entity: Entity): Entity =>
  entity.kind === 'type' ? { kind: 'type', type: another(entity.type) } : entity

function ascribed(given: Entity, description: ExternDescription, scope: Scope, offset: number): Entity {
  const before = scope.work.resources
  const wanted = described(description, scope, offset)
  const fresh = { from: before, to: scope.work.resources }
  const mismatch = new Match(fresh.from === fresh.to ? NOTHING : fresh, scope.work, offset).entity(
    given,
    wanted,
  )
  if (mismatch !== undefined)
    throw malformed(`ascribed type of export is not compatible with item's type: ${mismatch}`, offset)
  return wanted
}
