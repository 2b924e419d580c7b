import { mapForm, mapList, type Mapper } from './forms.js'
import {
  isWithin,
  type Component,
  type Entity,
  type Func,
  type Instance,
  type Items,
  type Range,
  type Resource,
  type TypeItem,
  type Value,
} from './types.js'
import type { Work } from './work.js'

/** Replaces types by others. Resource types of `range` without replacement get new IDs. */
export class Substitution implements Mapper {
  /** Replacements of resource types, by ID. */
  readonly #resources: ReadonlyMap<number, Resource>
  /** Known replacements of objects. */
  readonly #objects: Map<object, unknown>
  readonly #range: Range
  readonly #fresh = new Map<number, number>()
  /** The ranges of enclosing types: their own resource types stay. */
  readonly #bound: Range[] = []
  readonly #work: Work
  readonly #offset: number

  constructor(
    range: Range,
    resources: ReadonlyMap<number, Resource>,
    objects: ReadonlyMap<object, object>,
    work: Work,
    offset: number,
  ) {
    this.#range = range
    this.#resources = resources
    this.#objects = new Map(objects)
    this.#work = work
    this.#offset = offset
  }

  readonly value = (type: Value): Value => {
    if (typeof type === 'string') return type
    return this.#once(type, () => {
      const form = mapForm(type.form, this)
      return form === type.form ? type : { ...type, form }
    })
  }

  readonly resource = (resource: Resource): Resource =>
    this.#once(resource, () => {
      const { id } = resource
      if (this.#bound.some((range) => isWithin(range, id))) return resource
      const known = this.#resources.get(id)
      if (known !== undefined) return known
      if (!isWithin(this.#range, id)) return resource
      const fresh = this.#fresh.get(id) ?? this.#work.newResource()
      this.#fresh.set(id, fresh)
      return { kind: 'resource', id: fresh }
    })

  items(items: Items): Items {
    const mapped = new Map([...items].map(([name, entity]) => [name, this.entity(entity)]))
    return [...items].every(([name, entity]) => mapped.get(name) === entity) ? items : mapped
  }

  entity(entity: Entity): Entity {
    switch (entity.kind) {
      case 'func':
        return this.#func(entity)
      case 'instance':
        return this.#instance(entity)
      case 'component':
        return this.component(entity)
      case 'type': {
        const type = this.#type(entity.type)
        return type === entity.type ? entity : { kind: 'type', type }
      }
      case 'core-module':
      case 'value':
        return entity
    }
  }

  component(component: Component): Component {
    return this.#once(component, () =>
      this.#within(component, () => {
        const imports = this.items(component.imports)
        const exports = this.items(component.exports)
        return imports === component.imports && exports === component.exports
          ? component
          : { ...component, imports, exports }
      }),
    )
  }

  #type(type: TypeItem): TypeItem {
    switch (type.kind) {
      case 'value': {
        const mapped = this.value(type)
        return typeof mapped === 'string' ? type : mapped
      }
      case 'resource':
        return this.resource(type)
      case 'func':
        return this.#func(type)
      case 'instance':
        return this.#instance(type)
      case 'component':
        return this.component(type)
    }
  }

  #func(func: Func): Func {
    return this.#once(func, () => {
      const params = mapList(func.params, (param) => {
        const type = this.value(param.type)
        return type === param.type ? param : { ...param, type }
      })
      const result = func.result === undefined ? undefined : this.value(func.result)
      return params === func.params && result === func.result ? func : { ...func, params, result }
    })
  }

  #instance(instance: Instance): Instance {
    return this.#once(instance, () =>
      this.#within(instance, () => {
        const exports = this.items(instance.exports)
        return exports === instance.exports ? instance : { ...instance, exports }
      }),
    )
  }

  #within<T>(range: Range, act: () => T): T {
    if (range.from === range.to) return act()
    this.#bound.push(range)
    const result = act()
    this.#bound.pop()
    return result
  }

  #once<T extends object>(object: T, make: () => T): T {
    const known = this.#objects.get(object)
    // The replacement was built from the object, or was found to match it.
    if (known !== undefined) return known as T
    this.#work.step(this.#offset)
    const made = make()
    this.#objects.set(object, made)
    return made
  }
}

const NO_RESOURCES: ReadonlyMap<number, Resource> = new Map()
const NO_OBJECTS: ReadonlyMap<object, object> = new Map()

/** An instance of a type, with new resource types. */
export function open(type: Instance, work: Work, offset: number): Instance {
  if (type.from === type.to) return type
  const exports = new Substitution(type, NO_RESOURCES, NO_OBJECTS, work, offset).items(type.exports)
  return { kind: 'instance', exports, from: 0, to: 0 }
}
