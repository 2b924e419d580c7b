import type { Definition, ExternDescription, Scope } from '../binary/ast.js'
import { malformed, unsupported } from '../binary/error.js'
import type { DefinedType } from '../binary/type-ast.js'
import { resolveFunction, type CoreItem } from './core-item.js'
import type { Builder, Step } from './builder.js'
import { channelType, codecOf, typeIdOf, useCodec, useTypeId } from './codec-of.js'
import { Frame } from './frame.js'
import { functionShape } from './function.js'
import { hostClass, hostFunction } from './host-function.js'
import type { Item, TypeItem } from './items.js'

export function linkType(type: DefinedType, frame: Frame, builder: Builder, offset: number): TypeItem {
  switch (type.kind) {
    case 'func': {
      const params = type.params.map((param) => useCodec(param.type, frame, offset))
      const result = type.result === undefined ? undefined : useCodec(type.result, frame, offset)
      const resultId = type.result === undefined ? undefined : useTypeId(type.result, frame, offset)
      return { kind: 'func', shape: functionShape(params, result, type.async, resultId) }
    }
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
      return { kind: 'value', codec: codecOf(type, frame, offset), id: typeIdOf(type, frame, offset) }
    case 'stream':
    case 'future': {
      const channel = channelType(type, frame, offset)
      return {
        kind: 'value',
        codec: codecOf(type, frame, offset),
        id: typeIdOf(type, frame, offset),
        channel,
      }
    }
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
  builder.steps.push((run) => {
    const destroy = item && resolveFunction(run, item)
    run.resources[slot] = {
      from: 'guest',
      instance: run.instance(instance),
      destructor: destroy && ((rep) => void destroy(rep)),
    }
  })
  return { kind: 'resource', slot, instance }
}

const hostResourceStep =
  (slot: number, classOf: ReturnType<typeof hostClass>): Step =>
  (run) => {
    run.resources[slot] = { from: 'host', class: classOf(run.imports) }
  }

/** What the host provides under a name: of an interface, or by itself where `member` is empty. */
export function hostItem(
  description: ExternDescription,
  interfaceName: string,
  member: string,
  frame: Frame,
  builder: Builder,
  offset: number,
): Item {
  switch (description.kind) {
    case 'func': {
      const { shape } = frame.type('func', description.type, offset)
      return { kind: 'func', func: builder.declare(hostFunction(interfaceName, member, shape)) }
    }
    case 'type-equal':
      return frame.item('type', description.type, offset)
    case 'type-resource': {
      const slot = builder.newResource()
      builder.steps.push(hostResourceStep(slot, hostClass(interfaceName, member)))
      return { kind: 'type', type: { kind: 'resource', slot, instance: undefined } }
    }
    case 'instance': {
      if (member !== '') throw unsupported('an instance within an imported instance', offset)
      const type = frame.type('instance', description.type, offset)
      return {
        kind: 'instance',
        exports: hostInstance(type.scope, interfaceName, type.frame, frame.depth, builder),
      }
    }
    case 'core-module':
    case 'component':
      throw unsupported(`a ${description.kind} that is imported from outside`, offset)
    case 'value':
    case 'value-equal':
      throw unsupported('a value that is imported', offset)
  }
}

function hostInstance(
  scope: Scope,
  interfaceName: string,
  parent: Frame,
  depth: number,
  builder: Builder,
): ReadonlyMap<string, Item> {
  const frame = new Frame(parent, parent.instance, depth + 1)
  for (const definition of scope.definitions) {
    builder.spend(definition, frame.depth)
    declare(definition, frame, interfaceName, builder)
  }
  return frame.exports
}

function declare(definition: Definition, frame: Frame, interfaceName: string, builder: Builder): void {
  const { kind, offset } = definition
  if (kind === 'type') {
    frame.types.push(linkType(definition.type, frame, builder, offset))
  } else if (kind === 'alias-outer') {
    if (definition.sort === 'core-type') return
    frame.push(frame.outer(definition.depth, offset).item(definition.sort, definition.index, offset))
  } else if (kind === 'alias-export') {
    frame.push(exportOf(frame, definition.instance, definition.name, definition.sort, offset))
  } else if (kind === 'export-declaration') {
    const { text } = definition.name
    const item = hostItem(definition.description, interfaceName, text, frame, builder, offset)
    frame.exports.set(text, item)
    frame.push(item)
  } else if (kind !== 'core-type') {
    throw malformed(`a definition of the kind ${kind} in a type`, offset)
  }
}

/** What an instance exports under a name. */
export function exportOf(frame: Frame, instance: number, name: string, kind: string, offset: number): Item {
  const item = frame.instances[instance]?.exports.get(name)
  if (item?.kind === kind) return item
  throw malformed(`instance ${instance} exports no ${kind} ${JSON.stringify(name.slice(0, 60))}`, offset)
}
