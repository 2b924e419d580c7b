import type { Form, Resource, Value } from './types.js'

export type Mapper = {
  readonly value: (type: Value) => Value
  readonly resource: (resource: Resource) => Resource
}

/** The same form with its parts replaced; the same object if nothing changes. */
export function mapForm(form: Form, { value, resource }: Mapper): Form {
  switch (form.kind) {
    case 'primitive':
    case 'flags':
    case 'enum':
      return form
    case 'record': {
      const fields = mapList(form.fields, (field) => withType(field, value(field.type)))
      return fields === form.fields ? form : { kind: 'record', fields }
    }
    case 'variant': {
      const cases = mapList(form.cases, (each) =>
        each.type === undefined ? each : withType(each, value(each.type)),
      )
      return cases === form.cases ? form : { kind: 'variant', cases }
    }
    case 'list': {
      const element = value(form.element)
      return element === form.element ? form : { ...form, element }
    }
    case 'map': {
      const key = value(form.key)
      const mapped = value(form.value)
      return key === form.key && mapped === form.value ? form : { kind: 'map', key, value: mapped }
    }
    case 'tuple': {
      const items = mapList(form.items, value)
      return items === form.items ? form : { kind: 'tuple', items }
    }
    case 'option': {
      const some = value(form.some)
      return some === form.some ? form : { kind: 'option', some }
    }
    case 'result': {
      const ok = form.ok && value(form.ok)
      const err = form.err && value(form.err)
      return ok === form.ok && err === form.err ? form : { kind: 'result', ok, err }
    }
    case 'own':
    case 'borrow': {
      const mapped = resource(form.resource)
      return mapped === form.resource ? form : { kind: form.kind, resource: mapped }
    }
    case 'stream':
    case 'future': {
      const element = form.element && value(form.element)
      return element === form.element ? form : { kind: form.kind, element }
    }
  }
}

const withType = <T extends { readonly type: Value | undefined }>(item: T, type: Value): T =>
  item.type === type ? item : { ...item, type }

/** The same array if nothing changes. */
export function mapList<T>(items: readonly T[], map: (item: T) => T): readonly T[] {
  const mapped = items.map(map)
  return mapped.every((item, index) => item === items[index]) ? items : mapped
}

/** The value types in a form, in order. */
export function partsOf(form: Form): readonly Value[] {
  switch (form.kind) {
    case 'primitive':
    case 'flags':
    case 'enum':
    case 'own':
    case 'borrow':
      return []
    case 'record':
      return form.fields.map(({ type }) => type)
    case 'variant':
      return form.cases.flatMap(({ type }) => type ?? [])
    case 'list':
      return [form.element]
    case 'map':
      return [form.key, form.value]
    case 'tuple':
      return form.items
    case 'option':
      return [form.some]
    case 'result':
      return [form.ok, form.err].flatMap((type) => type ?? [])
    case 'stream':
    case 'future':
      return form.element === undefined ? [] : [form.element]
  }
}
