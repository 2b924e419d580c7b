import { coreMismatch } from './core-match.js'
import { formMismatch, primitiveOf, type Comparison } from './match-values.js'
import { Substitution } from './substitution.js'
import {
  isWithin,
  type Component,
  type Entity,
  type Func,
  type Instance,
  type Items,
  type Module,
  type Range,
  type Resource,
  type TypeItem,
  type Value,
} from './types.js'
import type { Work } from './work.js'

const NO_OBJECTS: ReadonlyMap<object, object> = new Map()

/**
 * Checks whether an item fits what is wanted. Resource types of `wanted` that may stand for any are bound where they occur first:
 * `resources` and `objects` hold the bindings afterwards.
 */
export class Match implements Comparison {
  /** By the ID of a wanted resource type. */
  readonly resources = new Map<number, Resource>()
  /** By the wanted type. */
  readonly objects = new Map<object, object>()
  readonly #open: Range[]
  readonly #same = new Map<object, Set<object>>()
  readonly #work: Work
  readonly #offset: number

  /** @param any the resource types that may stand for any */
  constructor(any: Range, work: Work, offset: number) {
    this.#open = [any]
    this.#work = work
    this.#offset = offset
  }

  entity(given: Entity, wanted: Entity): string | undefined {
    this.#work.step(this.#offset)
    switch (wanted.kind) {
      case 'func':
        return given.kind === 'func' ? this.#func(given, wanted) : sorts(given, wanted)
      case 'instance':
        return given.kind === 'instance' ? this.#instance(given, wanted) : sorts(given, wanted)
      case 'component':
        return given.kind === 'component' ? this.#component(given, wanted) : sorts(given, wanted)
      case 'core-module':
        return given.kind === 'core-module' ? moduleMismatch(given, wanted) : sorts(given, wanted)
      case 'type':
        return given.kind === 'type' ? this.#type(given.type, wanted.type) : sorts(given, wanted)
      case 'value':
        return given.kind === 'value' ? undefined : sorts(given, wanted)
    }
  }

  readonly value = (given: Value, wanted: Value): string | undefined => {
    this.#work.step(this.#offset)
    const primitive = primitiveOf(wanted)
    const other = primitiveOf(given)
    if (primitive !== undefined && other !== undefined)
      return primitive === other
        ? undefined
        : `expected primitive \`${primitive}\` found primitive \`${other}\``
    if (primitive !== undefined)
      return typeof given !== 'string' && typeof wanted !== 'string'
        ? `expected primitive, found ${given.form.kind}`
        : `expected ${primitive}, found ${typeof given === 'string' ? given : given.form.kind}`
    if (typeof wanted === 'string') return undefined
    if (typeof given === 'string') return `expected ${wanted.form.kind}, found ${given}`
    if (this.#same.get(wanted)?.has(given) === true) return undefined
    const mismatch = formMismatch(given.form, wanted.form, this)
    if (mismatch === undefined) {
      const same = this.#same.get(wanted)
      if (same === undefined) this.#same.set(wanted, new Set([given]))
      else same.add(given)
    }
    return mismatch
  }

  readonly resource = (given: Resource, wanted: Resource): string | undefined => {
    const { id } = this.resources.get(wanted.id) ?? wanted
    return id === given.id ? undefined : 'resource types are not the same'
  }

  items(given: Items, wanted: Items, where: string): string | undefined {
    for (const [name, entity] of wanted) {
      const found = given.get(name)
      if (found === undefined) return `missing expected export \`${name}\``
      const mismatch = this.entity(found, entity)
      if (mismatch !== undefined) return `type mismatch in ${where} \`${name}\`: ${mismatch}`.slice(0, 400)
    }
    return undefined
  }

  #type(given: TypeItem, wanted: TypeItem): string | undefined {
    switch (wanted.kind) {
      case 'resource': {
        if (given.kind !== 'resource') return `expected resource, found ${describe(given)}`
        if (!this.resources.has(wanted.id) && this.#open.some((range) => isWithin(range, wanted.id)))
          this.resources.set(wanted.id, given)
        this.objects.set(wanted, given)
        return this.resource(given, wanted)
      }
      case 'value':
        if (given.kind !== 'value') return `expected defined type, found ${describe(given)}`
        this.objects.set(wanted, given)
        return this.value(given, wanted)
      case 'func':
        return given.kind === 'func' ? this.#func(given, wanted) : `expected func, found ${describe(given)}`
      case 'instance':
        return given.kind === 'instance'
          ? this.#instance(given, wanted)
          : `expected instance, found ${describe(given)}`
      case 'component':
        return given.kind === 'component'
          ? this.#component(given, wanted)
          : `expected component, found ${describe(given)}`
    }
  }

  #func(given: Func, wanted: Func): string | undefined {
    if (given.async !== wanted.async)
      return `expected ${wanted.async ? 'an async' : 'a sync'} function, found ${given.async ? 'async' : 'sync'}`
    if (given.params.length !== wanted.params.length)
      return `expected ${wanted.params.length} parameters, found ${given.params.length}`
    for (const [index, { name, type }] of wanted.params.entries()) {
      const other = given.params[index]
      if (other?.name !== name) return `expected parameter named \`${name}\`, found \`${other?.name ?? ''}\``
      const mismatch = this.value(other.type, type)
      if (mismatch !== undefined) return `type mismatch in function parameter \`${name}\`: ${mismatch}`
    }
    if (given.result === undefined || wanted.result === undefined) {
      if (given.result === wanted.result) return undefined
      return wanted.result === undefined ? 'expected a result, found none' : 'expected a result type'
    }
    const mismatch = this.value(given.result, wanted.result)
    return mismatch === undefined ? undefined : `type mismatch with result type: ${mismatch}`
  }

  #instance(given: Instance, wanted: Instance): string | undefined {
    return this.#within(wanted, () => this.items(given.exports, wanted.exports, 'instance export'))
  }

  /** Checks that a component imports no more and exports no less than another. */
  #component(given: Component, component: Component): string | undefined {
    const wanted = new Substitution(
      { from: 0, to: 0 },
      this.resources,
      NO_OBJECTS,
      this.#work,
      this.#offset,
    ).component(component)
    const made = instantiate(given, wanted.imports, this.#work, this.#offset)
    if (typeof made === 'string') return made
    return this.#within(wanted, () => this.items(made, wanted.exports, 'component export'))
  }

  #within<T>(range: Range, act: () => T): T {
    this.#open.push(range)
    const result = act()
    this.#open.pop()
    return result
  }
}

/** The exports of a component that is instantiated with arguments, or why it cannot be. */
export function instantiate(component: Component, args: Items, work: Work, offset: number): Items | string {
  const match = new Match(component, work, offset)
  for (const [name, wanted] of component.imports) {
    const given = args.get(name)
    if (given === undefined) return `missing import named \`${name}\``
    const mismatch = match.entity(given, wanted)
    if (mismatch !== undefined) return `the import \`${name}\`: ${mismatch}`.slice(0, 400)
  }
  return new Substitution(component, match.resources, match.objects, work, offset).items(component.exports)
}

const sorts = (given: Entity, wanted: Entity): string => `expected ${sortOf(wanted)}, found ${sortOf(given)}`
const sortOf = ({ kind }: Entity): string => (kind === 'core-module' ? 'module' : kind)
const describe = ({ kind }: TypeItem): string => (kind === 'value' ? 'defined type' : kind)

function moduleMismatch(given: Module, wanted: Module): string | undefined {
  for (const [key, { module, name, item }] of given.imports) {
    const provided = wanted.imports.get(key)
    const where = `\`${module}::${name}\``
    if (provided === undefined) return `missing expected import ${where}`
    const mismatch = coreMismatch(provided.item, item)
    if (mismatch !== undefined) return `type mismatch in import ${where}: ${mismatch}`
  }
  for (const [name, item] of wanted.exports) {
    const found = given.exports.get(name)
    if (found === undefined) return `missing expected export \`${name}\``
    const mismatch = coreMismatch(found, item)
    if (mismatch !== undefined) return `type mismatch in export \`${name}\`: ${mismatch}`
  }
  return undefined
}
