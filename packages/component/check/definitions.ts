import type { AliasDefinition, Component as ComponentAst, Definition, DefinedType } from '../binary/ast.js'
import { malformed } from '../binary/error.js'
import { checkCanon } from './canon.js'
import type { Checker } from './checker.js'
import { refersToResources } from './closed.js'
import { aliasCoreExport, coreInstance } from './core-instances.js'
import { coreTypeOf } from './core-modules.js'
import { described } from './externs.js'
import { enter, exportItem } from './exports.js'
import { checkInstance } from './instances.js'
import { missing } from '../binary/index-spaces.js'
import { Scope, type ScopeKind } from './scope.js'
import type { TypeItem } from './types.js'
import { funcType, valueType } from './values.js'

function checkScope(
  definitions: readonly Definition[],
  kind: ScopeKind,
  parent: Scope | undefined,
  checker: Checker,
): Scope {
  const scope = new Scope(kind, checker.work, parent)
  for (const definition of definitions) checkDefinition(definition, scope, checker)
  return scope
}

export const checkComponent = (
  { definitions }: ComponentAst,
  parent: Scope | undefined,
  checker: Checker,
): Scope => checkScope(definitions, 'component', parent, checker)

function checkDefinition(definition: Definition, scope: Scope, checker: Checker): void {
  const { offset } = definition
  checker.work.step(offset)
  switch (definition.kind) {
    case 'core-module':
      scope.items.push(checker.module(definition.start, definition.end))
      break
    case 'core-instantiate':
    case 'core-bundle':
      scope.coreInstances.push(coreInstance(definition, scope, offset))
      break
    case 'core-type':
      scope.coreTypes.push(coreTypeOf(definition.type, offset))
      break
    case 'component':
      scope.items.push(checkComponent(definition.component, scope, checker).asComponent())
      break
    case 'instantiate':
    case 'bundle':
      scope.items.push(checkInstance(definition, scope, offset))
      break
    case 'alias-export':
      aliasExport(definition, scope, offset)
      break
    case 'alias-core-export':
      aliasCoreExport(definition, scope, offset)
      break
    case 'alias-outer':
      aliasOuter(definition, scope, offset)
      break
    case 'type':
      scope.items.push({ kind: 'type', type: typeOf(definition.type, scope, checker, offset) })
      break
    case 'lift':
    case 'lower':
    case 'resource-new':
    case 'resource-drop':
    case 'resource-rep':
    case 'async-builtin':
      checkCanon(definition, scope, checker, offset)
      break
    case 'start':
      scope.items.at('func', definition.func, offset)
      for (let value = 0; value < definition.results; value += 1) scope.items.push({ kind: 'value' })
      break
    case 'import': {
      const { name, description } = definition
      const before = checker.work.resources
      const entity = described(description, scope, offset)
      for (let id = before; id < checker.work.resources; id += 1) scope.importedIds.add(id)
      enter('import', name, entity, scope, offset)
      break
    }
    case 'export-declaration':
      exportItem(definition.name, described(definition.description, scope, offset), scope, offset)
      break
    case 'export': {
      const given = scope.items.item(definition.sort, definition.index, offset)
      exportItem(definition.name, given, scope, offset, definition.description)
      break
    }
  }
}

function typeOf(type: DefinedType, scope: Scope, checker: Checker, offset: number): TypeItem {
  switch (type.kind) {
    case 'func':
      return funcType(type, scope, offset)
    case 'component':
      return checkScope(type.scope.definitions, 'component-type', scope, checker).asComponent()
    case 'instance':
      return checkScope(type.scope.definitions, 'instance-type', scope, checker).asInstance()
    case 'resource': {
      if (scope.kind !== 'component')
        throw malformed('resources can only be defined within a concrete component', offset)
      if (type.destructor !== undefined) {
        const { params, results } = scope.coreFunc(type.destructor, offset)
        if (params.length !== 1 || params[0] !== 'i32' || results.length !== 0)
          throw malformed('wrong signature for a destructor: expected (func (param i32))', offset)
      }
      const id = checker.work.newResource()
      scope.localIds.add(id)
      return { kind: 'resource', id }
    }
    case 'primitive':
    case 'record':
    case 'variant':
    case 'list':
    case 'map':
    case 'tuple':
    case 'flags':
    case 'enum':
    case 'option':
    case 'result':
    case 'own':
    case 'borrow':
    case 'stream':
    case 'future':
      return valueType(type, scope, offset)
  }
}

function aliasExport(
  { sort, instance, name }: Extract<AliasDefinition, { kind: 'alias-export' }>,
  scope: Scope,
  offset: number,
): void {
  if (scope.kind !== 'component' && sort !== 'type' && sort !== 'instance')
    throw malformed('aliases in type declarations may only refer to types or instances', offset)
  const { exports } = scope.items.at('instance', instance, offset)
  const entity = exports.get(name)
  const shown = `\`${name.slice(0, 60)}\``
  if (entity === undefined) throw malformed(`instance ${instance} has no export named ${shown}`, offset)
  if (entity.kind !== sort)
    throw malformed(`export ${shown} for instance ${instance} is not a ${sort.replace('core-', '')}`, offset)
  scope.items.push(entity)
}

function aliasOuter(
  { sort, depth, index }: Extract<AliasDefinition, { kind: 'alias-outer' }>,
  scope: Scope,
  offset: number,
): void {
  if (scope.kind !== 'component' && sort !== 'type' && sort !== 'core-type')
    throw malformed('aliases in type declarations may only refer to types or instances', offset)
  const { scope: outer, crosses } = scope.outer(depth)
  if (sort === 'core-type') {
    scope.coreTypes.push(outer.coreTypes[index] ?? missing('core-type', index, offset))
    return
  }
  const entity = outer.items.item(sort, index, offset)
  if (crosses && entity.kind === 'type' && refersToResources(entity.type, scope.work, offset))
    throw malformed('the outer alias is of a type that transitively refers to resources', offset)
  scope.items.push(entity)
}
