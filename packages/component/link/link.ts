import type { AliasDefinition, Component, Definition, InstanceDefinition } from '../binary/ast.js'
import { malformed, unsupported } from '../binary/error.js'
import type { CanonDefinition } from '../binary/canon-ast.js'
import type { Builder } from './builder.js'
import { Frame, type Item } from './frame.js'
import { lifted } from './calls/lift.js'
import {
  canonPlan,
  checkSignature,
  coreExport,
  coreSignature,
  liftSignature,
  linkCoreInstance,
} from './link-core.js'
import { exportOf, hostItem, linkOuterAlias, linkType } from './link-types.js'
import { CALLBACK_SIGNATURE, liftedAsTask } from './calls/async-lift.js'
import { linkBuiltin } from './link-builtin.js'
import {
  asyncSignature,
  makeAsyncLowered,
  makeDeferringLowered,
  makeWaitingLowered,
} from './calls/async-lower.js'
import { makeLowered } from './calls/lower.js'
import type { Instantiation, LinkedFunction } from './calls/instantiation.js'
import { trap } from './abi/trap.js'
import type { CoreSignature } from './calls/adapter.js'
import type { CanonPlan } from './abi/canon-plan.js'
import { makeResourceFunction } from './calls/resource-functions.js'
import { NOT_YET } from '../remedy.js'

/** The arguments of an instantiation; undefined for the outermost component, whose imports come from the host. */
type Arguments = ReadonlyMap<string, Item> | undefined

/**
 * Links one instance of a component with all instances in it, and adds the steps of a run to the builder. Everything that can be
 * determined before a run is determined here, so that a run is a list of steps.
 * @param parent the scope around its definition
 * @param around the frame that instantiates it
 */
export function linkComponent(
  component: Component,
  parent: Frame | undefined,
  args: Arguments,
  builder: Builder,
  around?: Frame,
): Frame {
  const depth = around === undefined ? 0 : around.depth + 1
  const frame = new Frame(parent, builder.newInstance(around?.instance, component.start), depth)
  for (const definition of component.definitions) {
    builder.spend(definition, depth)
    linkDefinition(definition, frame, args, builder)
  }
  return frame
}

function linkDefinition(definition: Definition, frame: Frame, args: Arguments, builder: Builder): void {
  const { offset } = definition
  switch (definition.kind) {
    case 'core-module':
      frame.items.push({
        kind: 'core-module',
        from: 'component',
        start: definition.start,
        end: definition.end,
      })
      break
    case 'core-instantiate':
    case 'core-bundle':
      frame.coreInstances.push(linkCoreInstance(definition, frame, builder, offset))
      break
    case 'core-type':
      frame.coreTypes.push(definition.type)
      break
    case 'component':
      frame.items.push({ kind: 'component', component: definition.component, frame })
      break
    case 'instantiate':
    case 'bundle':
      frame.items.push({ kind: 'instance', exports: instantiated(definition, frame, builder, offset) })
      break
    case 'alias-export':
    case 'alias-core-export':
    case 'alias-outer':
      linkAlias(definition, frame, offset)
      break
    case 'type':
      frame.items.push({ kind: 'type', type: linkType(definition.type, frame, builder, offset) })
      break
    case 'lift':
    case 'lower':
    case 'resource-new':
    case 'resource-drop':
    case 'resource-rep':
    case 'async-builtin':
      linkCanon(definition, frame, builder, offset)
      break
    case 'start': {
      if (definition.args.length + definition.results > 0)
        throw unsupported('a start function with values', offset, NOT_YET)
      const func = builder.use(frame.items.at('func', definition.func, offset).func)
      builder.runsAtStart = true
      builder.steps.push((instantiation) => void instantiation.function(func)([]))
      break
    }
    case 'import': {
      const { name, description } = definition
      const given = args?.get(name.text)
      if (args === undefined)
        frame.items.push(hostItem(description, undefined, name.text, frame, builder, offset))
      // The import has the type of the argument, which this frame knows already.
      else if (description.kind === 'type-equal')
        frame.items.push(frame.items.item('type', description.type, offset))
      else frame.items.push(given ?? missing(name.text, offset))
      break
    }
    case 'export': {
      const item = frame.items.item(definition.sort, definition.index, offset)
      frame.exports.set(definition.name.text, item)
      frame.items.push(item)
      break
    }
    case 'export-declaration':
      throw malformed('a declaration outside of a type', offset)
  }
}

function missing(name: string, offset: number): never {
  throw malformed(`the import ${JSON.stringify(name.slice(0, 60))} has no argument`, offset)
}

function instantiated(
  definition: InstanceDefinition,
  frame: Frame,
  builder: Builder,
  offset: number,
): ReadonlyMap<string, Item> {
  const named = definition.kind === 'bundle' ? definition.exports : definition.args
  const items = new Map(named.map(({ name, sort, index }) => [name, frame.items.item(sort, index, offset)]))
  if (definition.kind === 'bundle') return items
  const item = frame.items.at('component', definition.component, offset)
  return linkComponent(item.component, item.frame, items, builder, frame).exports
}

function linkAlias(alias: AliasDefinition, frame: Frame, offset: number): void {
  switch (alias.kind) {
    case 'alias-export':
      frame.items.push(exportOf(frame, alias.instance, alias.name, alias.sort, offset))
      break
    case 'alias-core-export':
      frame.pushCore(alias.sort, coreExport(frame, alias.instance, alias.name, alias.sort, offset))
      break
    case 'alias-outer':
      linkOuterAlias(alias, frame, offset)
      break
  }
}

type Lowering = (instantiation: Instantiation) => object

function lowering(
  func: LinkedFunction,
  { options }: Extract<CanonDefinition, { kind: 'lower' }>,
  frame: Frame,
  builder: Builder,
  canon: CanonPlan,
  signature: CoreSignature,
): Lowering {
  // For now, the specification traps if a component calls a component that contains it or is contained in it.
  if (func.instance !== undefined && builder.areNested(frame.instance, func.instance))
    return () => () =>
      trap('cannot enter component instance of a component that contains the caller or is contained in it')
  if (options.async && (func.start === undefined || func.instance === undefined))
    return (instantiation) => makeAsyncLowered(instantiation, func, canon)
  if (func.start === undefined) return (instantiation) => makeLowered(instantiation, func, canon)
  const waiting = builder.waiting(signature)
  const make = options.async ? makeDeferringLowered : makeWaitingLowered
  return (instantiation) => make(instantiation, func, canon, waiting)
}

function linkCanon(definition: CanonDefinition, frame: Frame, builder: Builder, offset: number): void {
  switch (definition.kind) {
    case 'lift': {
      const callee = frame.core('core-func', definition.coreFunc, offset)
      const { options } = definition
      const canon = canonPlan(options, frame, offset)
      const shape = frame.type('func', definition.type, offset).shape.through(canon.address)
      if (options.async && !shape.async)
        throw malformed('a function that is not async is lifted with the option async', offset)
      const signature = liftSignature(shape, options)
      const { params, results } = signature
      checkSignature(callee, params, results, 'a function that is lifted', offset)
      if (canon.postReturn !== undefined) checkSignature(canon.postReturn, results, [], 'post-return', offset)
      if (!builder.usesAsync) {
        frame.items.push({ kind: 'func', func: lifted(shape, callee, canon) })
        break
      }
      const callback =
        options.callback === undefined ? undefined : frame.core('core-func', options.callback, offset)
      if (callback !== undefined)
        checkSignature(callback, CALLBACK_SIGNATURE.params, CALLBACK_SIGNATURE.results, 'callback', offset)
      const entering = builder.entering(signature)
      const enteringCallback = builder.entering(CALLBACK_SIGNATURE)
      const plan = { ...canon, entering, enteringCallback, isAsync: options.async, callback }
      frame.items.push({ kind: 'func', func: liftedAsTask(shape, callee, plan) })
      break
    }
    case 'lower': {
      const func = builder.use(frame.items.at('func', definition.func, offset).func)
      const canon = canonPlan(definition.options, frame, offset)
      const { async } = definition.options
      const shape = func.shape.through(canon.address)
      const signature = async ? asyncSignature(shape) : coreSignature(shape, true)
      const make = lowering(func, definition, frame, builder, canon, signature)
      const index = builder.newCoreFunction(make)
      frame.pushCore('core-func', { from: 'host', index, signature })
      break
    }
    case 'resource-new':
    case 'resource-drop':
    case 'resource-rep': {
      const { kind } = definition
      const { slot, instance } = frame.type('resource', definition.resource, offset)
      if (kind !== 'resource-drop' && instance !== frame.instance)
        throw malformed(`${kind} of a resource of another component`, offset)
      const plan = { kind, slot, instance: frame.instance }
      const index = builder.newCoreFunction((instantiation) => makeResourceFunction(instantiation, plan))
      const results = kind === 'resource-drop' ? [] : (['i32'] as const)
      frame.pushCore('core-func', { from: 'host', index, signature: { params: ['i32'], results } })
      break
    }
    case 'async-builtin':
      linkBuiltin(definition, frame, builder, offset)
      break
  }
}
