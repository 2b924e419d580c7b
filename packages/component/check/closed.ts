import { partsOf } from '../binary/value-shape.js'
import { isWithin, type Entity, type Items, type Range, type TypeItem, type Value } from './types.js'
import type { Work } from './work.js'

/** Whether a type refers to resource types that it does not define. */
export function refersToResources(type: TypeItem, work: Work, offset: number): boolean {
  const bound: Range[] = []
  const seen = new Set<object>()

  const ofValue = (value: Value): boolean => {
    if (typeof value === 'string' || seen.has(value)) return false
    seen.add(value)
    work.step(offset)
    const { form } = value
    return form.kind === 'own' || form.kind === 'borrow'
      ? ofId(form.resource.id)
      : partsOf(form).some(ofValue)
  }
  const ofId = (id: number): boolean => !bound.some((range) => isWithin(range, id))
  const within = (range: Range, ...lists: readonly Items[]): boolean => {
    bound.push(range)
    const found = lists.some((items) => [...items.values()].some(ofEntity))
    bound.pop()
    return found
  }
  const ofType = (item: TypeItem): boolean => {
    switch (item.kind) {
      case 'value':
        return ofValue(item)
      case 'resource':
        return ofId(item.id)
      case 'func':
        return (
          item.params.some((param) => ofValue(param.type)) ||
          (item.result !== undefined && ofValue(item.result))
        )
      case 'instance':
        return within(item, item.exports)
      case 'component':
        return within(item, item.imports, item.exports)
    }
  }
  const ofEntity = (entity: Entity): boolean => {
    work.step(offset)
    switch (entity.kind) {
      case 'type':
        return ofType(entity.type)
      case 'core-module':
      case 'value':
        return false
      case 'func':
      case 'instance':
      case 'component':
        return ofType(entity)
    }
  }
  return ofType(type)
}
