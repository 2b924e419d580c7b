import type { AliasDefinition, Definition, ExternDescription, Scope, DefinedType } from '../binary/ast.js'
import { malformed, unsupported } from '../binary/error.js'
import type { CoreType } from '../binary/type-ast.js'
import type { ModuleShape } from '../wasm/scan.js'
import type { FunctionType } from '../wasm/value-types.js'
import { resolveFunction } from './calls/core-item.js'
import type { CoreItem } from './abi/canon-plan.js'
import { asSynchronousTask } from './calls/start.js'
import type { Builder, Step } from './builder.js'
import { Frame, type Item, type TypeItem } from './frame.js'
import { LazyFunctionType, LazyValueType } from './lazy-types.js'
import { hostClass, hostFunction, hostModule, hostScope, type HostScope } from './calls/host-function.js'
import { change, NOT_YET } from '../remedy.js'

export function linkType(type: DefinedType, frame: Frame, builder: Builder, offset: number): TypeItem {
  switch (type.kind) {
    case 'func':
      return new LazyFunctionType(type, frame, offset)
    case 'resource':
      return guestResource(type.destructor, frame, builder, offset)
    case 'instance':
      return { kind: 'instance', scope: type.scope, frame }
    case 'component':
      return { kind: 'component' }
    case 'primitive':
    case 'record':
    case 'tuple':
    case 'list':
    case 'map':
    case 'flags':
    case 'enum':
    case 'variant':
    case 'option':
    case 'result':
    case 'own':
    case 'borrow':
    case 'stream':
    case 'future':
      return new LazyValueType(type, frame, offset)
  }
}

function guestResource(
  destructor: number | undefined,
  frame: Frame,
  builder: Builder,
  offset: number,
): TypeItem {
  const slot = builder.newResource()
  const { instance } = frame
  const item: CoreItem | undefined =
    destructor === undefined ? undefined : frame.core('core-func', destructor, offset)
  builder.steps.push((instantiation) => {
    const destroy = item && resolveFunction(instantiation, item)
    instantiation.resources[slot] = {
      from: 'guest',
      instance: instantiation.instance(instance),
      destructor: destroy && ((rep) => asSynchronousTask(instantiation, instance, () => void destroy(rep))),
    }
  })
  return { kind: 'resource', slot, instance }
}

const hostResourceStep =
  (slot: number, classOf: ReturnType<typeof hostClass>): Step =>
  (instantiation) => {
    instantiation.resources[slot] = { from: 'host', class: classOf(instantiation.imports) }
  }

/** What the host provides under a name, within an instance or directly. */
export function hostItem(
  description: ExternDescription,
  scope: HostScope | undefined,
  name: string,
  frame: Frame,
  builder: Builder,
  offset: number,
): Item {
  switch (description.kind) {
    case 'func': {
      const type = frame.type('func', description.type, offset)
      return { kind: 'func', func: builder.declare(hostFunction(scope, name, type)) }
    }
    case 'type-equal':
      return frame.items.item('type', description.type, offset)
    case 'type-resource': {
      const slot = builder.newResource()
      builder.steps.push(hostResourceStep(slot, hostClass(scope, name)))
      return { kind: 'type', type: { kind: 'resource', slot, instance: undefined } }
    }
    case 'instance': {
      const type = frame.type('instance', description.type, offset)
      const inner = hostScope(name, scope)
      return {
        kind: 'instance',
        exports: hostInstance(type.scope, inner, type.frame, frame.depth, builder),
      }
    }
    case 'core-module': {
      const moduleOf = hostModule(scope, name)
      const shape = shapeOf(frame.coreTypes[description.type], offset)
      return {
        kind: 'core-module',
        from: 'host',
        module: { shape, moduleOf: (instantiation) => moduleOf(instantiation.imports) },
      }
    }
    case 'component':
      throw unsupported(
        'a component that is imported from outside',
        offset,
        change('nest that component in it, as no runtime is given one'),
      )
    case 'value':
    case 'value-equal':
      throw unsupported('a value that is imported', offset, NOT_YET)
  }
}

function hostInstance(
  scope: Scope,
  host: HostScope,
  parent: Frame,
  depth: number,
  builder: Builder,
): ReadonlyMap<string, Item> {
  const frame = new Frame(parent, parent.instance, depth + 1)
  for (const definition of scope.definitions) {
    builder.spend(definition, frame.depth)
    declare(definition, frame, host, builder)
  }
  return frame.exports
}

function declare(definition: Definition, frame: Frame, host: HostScope, builder: Builder): void {
  const { kind, offset } = definition
  if (kind === 'type') {
    frame.items.push({ kind: 'type', type: linkType(definition.type, frame, builder, offset) })
  } else if (kind === 'alias-outer') {
    linkOuterAlias(definition, frame, offset)
  } else if (kind === 'alias-export') {
    frame.items.push(exportOf(frame, definition.instance, definition.name, definition.sort, offset))
  } else if (kind === 'export-declaration') {
    const { text } = definition.name
    const item = hostItem(definition.description, host, text, frame, builder, offset)
    frame.exports.set(text, item)
    frame.items.push(item)
  } else if (kind === 'core-type') {
    frame.coreTypes.push(definition.type)
  } else {
    throw malformed(`a definition of the kind ${kind} in a type`, offset)
  }
}

/** The shape of a module of which only the type is known. */
function shapeOf(type: CoreType | undefined, offset: number): ModuleShape {
  if (type?.kind !== 'module') throw malformed('a core module that is imported with another type', offset)
  const functions = new Map<string, FunctionType>()
  const wide = new Set<string>()
  for (const { name, description } of type.exports) {
    if ((description.kind === 'memory' || description.kind === 'table') && description.limits.wide)
      wide.add(name)
    const func = description.kind === 'func' ? type.types[description.type] : undefined
    if (func?.kind === 'func') functions.set(name, func)
  }
  const imports = type.imports.map(({ module, name, description: { kind } }) => ({
    module,
    name,
    kind: kind === 'func' ? ('function' as const) : kind,
  }))
  return { imports, functions, wide, ownMemoryPages: [], ownTables: 0 }
}

export function linkOuterAlias(
  { sort, depth, index }: Extract<AliasDefinition, { kind: 'alias-outer' }>,
  frame: Frame,
  offset: number,
): void {
  const outer = frame.outer(depth, offset)
  if (sort !== 'core-type') {
    frame.items.push(outer.items.item(sort, index, offset))
    return
  }
  const type = outer.coreTypes[index]
  if (type === undefined) throw malformed(`there is no core-type ${index}`, offset)
  frame.coreTypes.push(type)
}

/** What an instance exports under a name. */
export function exportOf(frame: Frame, instance: number, name: string, kind: string, offset: number): Item {
  const item = frame.items.at('instance', instance, offset).exports.get(name)
  if (item?.kind === kind) return item
  throw malformed(`instance ${instance} exports no ${kind} ${JSON.stringify(name.slice(0, 60))}`, offset)
}
