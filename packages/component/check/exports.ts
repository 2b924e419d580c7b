import type { ExternDescription, ExternName } from '../binary/ast.js'
import { malformed } from '../binary/error.js'
import { another, described } from './externs.js'
import { Match } from './match.js'
import type { Scope } from './scope.js'
import { NOTHING, type Entity } from './types.js'
import { expose } from './visibility.js'

/** Exports an item under a name, with the ascribed type if there is one. Later definitions see the exported item. */
export function exportItem(
  name: ExternName,
  given: Entity,
  scope: Scope,
  offset: number,
  description?: ExternDescription,
): void {
  const entity = description === undefined ? renamed(given) : ascribed(given, description, scope, offset)
  scope.exportNames.claim(name, entity, offset)
  expose(entity, 'export', scope, offset)
  if (entity.kind === 'type' && entity.type.kind === 'resource')
    scope.exportNames.register(name.text, entity.type)
  scope.exports.set(name.text, entity)
  scope.items.push(entity)
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
