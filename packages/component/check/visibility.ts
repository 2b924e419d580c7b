import { malformed } from '../binary/error.js'
import { partsOf } from '../binary/value-shape.js'
import type { Scope } from './scope.js'
import type { Entity, Func, TypeItem, Value, ValueType } from './types.js'

type Side = 'import' | 'export'

/** Registers the types that an import or export names; all types that it refers to must be named. */
export function expose(entity: Entity, side: Side, scope: Scope, offset: number): void {
  // Types of an instance type are checked where it is used.
  if (scope.kind === 'instance-type') return
  const names = side === 'import' ? scope.imported : scope.exported
  const visible = new Visibility(scope, side, names, offset)
  if (!visible.entity(entity)) {
    const sort = entity.kind === 'core-module' ? 'module' : entity.kind
    throw malformed(`${sort} not valid to be used as ${side}: it uses a type that has no name`, offset)
  }
}

class Visibility {
  readonly #scope: Scope
  readonly #side: Side
  readonly #names: Set<object>
  readonly #offset: number

  constructor(scope: Scope, side: Side, names: Set<object>, offset: number) {
    this.#scope = scope
    this.#side = side
    this.#names = names
    this.#offset = offset
  }

  entity(entity: Entity): boolean {
    this.#scope.work.step(this.#offset)
    switch (entity.kind) {
      case 'func':
        return this.#func(entity)
      case 'instance':
        return [...entity.exports.values()].every((each) => this.entity(each))
      case 'type':
        return this.#type(entity.type)
      case 'component':
      case 'core-module':
      case 'value':
        return true
    }
  }

  #type(type: TypeItem): boolean {
    switch (type.kind) {
      case 'func':
        return this.#func(type)
      case 'instance': {
        // Its types are named where it is used, not here.
        const inner = new Visibility(this.#scope, this.#side, new Set(this.#names), this.#offset)
        this.#scope.work.step(this.#offset, this.#names.size)
        return [...type.exports.values()].every((each) => inner.entity(each))
      }
      case 'component':
        return true
      case 'value':
        if (
          !partsVisible(
            type,
            (part) => this.#value(part),
            (resource) => this.#has(resource),
          )
        )
          return false
        this.#names.add(type)
        return true
      case 'resource':
        this.#names.add(type)
        return true
    }
  }

  #func({ params, result }: Func): boolean {
    return params.every(({ type }) => this.#value(type)) && (result === undefined || this.#value(result))
  }

  #has(type: object): boolean {
    return this.#names.has(type) || this.#scope.imported.has(type)
  }

  #value(type: Value): boolean {
    if (typeof type === 'string' || this.#has(type)) return true
    this.#scope.work.step(this.#offset)
    switch (type.form.kind) {
      case 'record':
      case 'variant':
      case 'flags':
      case 'enum':
        return false
      case 'primitive':
      case 'list':
      case 'map':
      case 'tuple':
      case 'option':
      case 'result':
      case 'own':
      case 'borrow':
      case 'stream':
      case 'future':
        return partsVisible(
          type,
          (part) => this.#value(part),
          (resource) => this.#has(resource),
        )
    }
  }
}

const partsVisible = (
  { form }: ValueType,
  value: (part: Value) => boolean,
  resource: (resource: object) => boolean,
): boolean =>
  form.kind === 'own' || form.kind === 'borrow' ? resource(form.resource) : partsOf(form).every(value)
