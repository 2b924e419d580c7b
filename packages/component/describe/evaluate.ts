import type {
  AliasDefinition,
  Definition,
  ExternDescription,
  InstanceDefinition,
  Scope,
  DefinedType,
} from '../binary/ast.js'
import { malformed } from '../binary/error.js'
import type { ComponentItem, InstanceItem, Item, TypeItem } from './description.js'
import { Environment } from './environment.js'
import { functionType, use, valueType } from './types.js'

/** Resolves the types of all definitions of a scope, each definition once. */
export function evaluate(scope: Scope, parent?: Environment): Environment {
  const env = new Environment(parent)
  for (const definition of scope.definitions) evaluateDefinition(definition, env)
  return env
}

function evaluateDefinition(definition: Definition, env: Environment): void {
  const { offset } = definition
  switch (definition.kind) {
    case 'component':
      env.items.push(componentItem(definition.component, env, offset))
      break
    case 'instantiate':
    case 'bundle':
      env.items.push(instanceItem(definition, env, offset))
      break
    case 'alias-export':
    case 'alias-outer':
      evaluateAlias(definition, env, offset)
      break
    case 'type':
      env.items.push({ kind: 'type', type: typeItem(definition.type, env, offset) })
      break
    case 'lift':
      env.items.push(env.type('func', definition.type, offset))
      break
    case 'resource-new':
    case 'resource-drop':
    case 'resource-rep':
      env.type('resource', definition.resource, offset)
      break
    case 'start': {
      const { result } = env.items.at('func', definition.func, offset).type
      if ((definition.results === 1) !== (result !== undefined)) {
        throw malformed('the start does not have as many results as its function', offset)
      }
      if (result !== undefined) env.items.push({ kind: 'value', type: result })
      break
    }
    case 'import': {
      const item = described(definition.description, definition.name.text, env, offset)
      env.imports.set(definition.name.text, item)
      env.items.push(item)
      break
    }
    case 'export-declaration': {
      const item = described(definition.description, definition.name.text, env, offset)
      env.exports.set(definition.name.text, item)
      env.items.push(item)
      break
    }
    case 'export': {
      const { description, name, sort, index } = definition
      const exported = renamed(env.items.item(sort, index, offset), name.text)
      const item = description === undefined ? exported : described(description, name.text, env, offset)
      if (item.kind !== exported.kind) {
        throw malformed(`a ${exported.kind} is exported as a ${item.kind}`, offset)
      }
      env.exports.set(name.text, item)
      env.items.push(item)
      break
    }
    case 'core-module':
      env.items.push({ kind: 'core-module' })
      break
    case 'core-instantiate':
    case 'core-bundle':
    case 'core-type':
    case 'alias-core-export':
    case 'lower':
    case 'async-builtin':
      break
  }
}

/** A resource is named after its latest import or export. */
const renamed = (item: Item, name: string): Item =>
  item.kind === 'type' && item.type.kind === 'resource'
    ? { kind: 'type', type: { kind: 'resource', name } }
    : item

function typeItem(type: DefinedType, env: Environment, offset: number): TypeItem {
  if (type.kind === 'func') return { kind: 'func', type: functionType(type, env, offset) }
  if (type.kind === 'resource') return { kind: 'resource', name: '' }
  if (type.kind === 'component') return componentItem(type.scope, env, offset)
  if (type.kind === 'instance') {
    const { exports } = evaluate(type.scope, env)
    return env.measures.add({ kind: 'instance', exports }, partsOf(exports), offset)
  }
  return { kind: 'value', type: valueType(type, env, offset) }
}

function componentItem(scope: Scope, env: Environment, offset: number): ComponentItem {
  const { imports, exports } = evaluate(scope, env)
  const component: ComponentItem = { kind: 'component', imports, exports }
  return env.measures.add(component, [...partsOf(imports), ...partsOf(exports)], offset)
}

/** The types in items, for measuring. */
const partsOf = (items: ReadonlyMap<string, Item>): readonly object[] =>
  [...items.values()].map((item) => {
    if (item.kind === 'func' || item.kind === 'value') return item.type
    if (item.kind !== 'type') return item
    return 'type' in item.type ? item.type.type : item.type
  })

function instanceItem(definition: InstanceDefinition, env: Environment, offset: number): InstanceItem {
  if (definition.kind === 'instantiate') return instantiated(definition, env, offset)
  const exports = new Map(
    definition.exports.map(({ name, sort, index }) => [
      name,
      renamed(env.items.item(sort, index, offset), name),
    ]),
  )
  return env.measures.add({ kind: 'instance', exports }, partsOf(exports), offset)
}

function instantiated(
  { component, args }: Extract<InstanceDefinition, { kind: 'instantiate' }>,
  env: Environment,
  offset: number,
): InstanceItem {
  const item = env.items.at('component', component, offset)
  const given = new Map(args.map(({ name, sort }) => [name, sort]))
  for (const [name, wanted] of item.imports) {
    const sort = given.get(name)
    if (sort !== wanted.kind) {
      throw malformed(
        `the import ${quoted(name)} is a ${wanted.kind}, its argument is ${sort ?? 'missing'},`,
        offset,
      )
    }
  }
  return env.measures.add({ kind: 'instance', exports: item.exports }, partsOf(item.exports), offset)
}

function evaluateAlias(
  alias: Exclude<AliasDefinition, { kind: 'alias-core-export' }>,
  env: Environment,
  offset: number,
): void {
  if (alias.kind === 'alias-outer') {
    if (alias.sort !== 'core-type')
      env.items.push(env.outer(alias.depth).items.item(alias.sort, alias.index, offset))
    return
  }
  const item = env.items.at('instance', alias.instance, offset).exports.get(alias.name)
  if (item?.kind !== alias.sort) {
    throw malformed(`instance ${alias.instance} exports no ${alias.sort} ${quoted(alias.name)}`, offset)
  }
  env.items.push(item)
}

function described(description: ExternDescription, name: string, env: Environment, offset: number): Item {
  switch (description.kind) {
    case 'core-module':
      return { kind: 'core-module' }
    case 'func':
    case 'instance':
    case 'component':
      return env.type(description.kind, description.type, offset)
    case 'value':
      return { kind: 'value', type: use(description.type, env, offset) }
    case 'value-equal':
      return env.items.item('value', description.value, offset)
    case 'type-equal':
      return renamed(env.items.item('type', description.type, offset), name)
    case 'type-resource':
      return { kind: 'type', type: { kind: 'resource', name } }
  }
}

const quoted = (name: string): string => JSON.stringify(name.slice(0, 60))
