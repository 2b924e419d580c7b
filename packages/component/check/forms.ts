import { mapShape, partsOf } from '../binary/value-shape.js'
import type { Form, Resource, Value } from './types.js'

export type Mapper = {
  readonly value: (type: Value) => Value
  readonly resource: (resource: Resource) => Resource
}

/** The same form with its parts replaced; the same object if nothing changes. */
export function mapForm(form: Form, { value, resource }: Mapper): Form {
  const isSame =
    form.kind === 'own' || form.kind === 'borrow'
      ? resource(form.resource) === form.resource
      : partsOf(form).every((part) => value(part) === part)
  return isSame ? form : mapShape(form, value, resource)
}

/** The same array if nothing changes. */
export function mapList<T>(items: readonly T[], map: (item: T) => T): readonly T[] {
  const mapped = items.map(map)
  return mapped.every((item, index) => item === items[index]) ? items : mapped
}
