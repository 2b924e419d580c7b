import type { ExternDescription } from '../binary/ast.js'
import { malformed, unsupported } from '../binary/error.js'
import type { Scope } from './scope.js'
import { open } from './substitution.js'
import type { Entity, Resource, TypeItem } from './types.js'
import { useValue } from './values.js'
import { NOT_YET } from '../remedy.js'

/** The entity of an import, or of an export with an ascribed type, within the scope, with new types where they are new. */
export function described(description: ExternDescription, scope: Scope, offset: number): Entity {
  switch (description.kind) {
    case 'core-module': {
      const type = scope.coreTypes[description.type]
      if (type?.kind === 'core-module') return type
      throw malformed(`core type index ${description.type} is not a module type`, offset)
    }
    case 'func': {
      const type = scope.type(description.type)
      if (type?.kind === 'func') return type
      throw malformed(`type index ${description.type} is not a function type`, offset)
    }
    case 'component': {
      const type = scope.type(description.type)
      if (type?.kind === 'component') return type
      throw malformed(`type index ${description.type} is not a component type`, offset)
    }
    case 'instance': {
      const type = scope.type(description.type)
      if (type?.kind === 'instance') return open(type, scope.work, offset)
      throw malformed(`type index ${description.type} is not an instance type`, offset)
    }
    case 'value':
      useValue(description.type, scope, offset)
      return { kind: 'value' }
    case 'value-equal':
      throw unsupported('a value that equals another', offset, NOT_YET)
    case 'type-equal': {
      const type = scope.type(description.type)
      if (type === undefined) throw malformed(`type index ${description.type} is out of bounds`, offset)
      return { kind: 'type', type: another(type) }
    }
    case 'type-resource':
      return { kind: 'type', type: { kind: 'resource', id: scope.work.newResource() } satisfies Resource }
  }
}

/** The same type as a separate object, which can have a name of its own. */
export const another = (type: TypeItem): TypeItem =>
  type.kind === 'value' || type.kind === 'resource' ? { ...type } : type
