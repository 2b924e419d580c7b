import type { Item, Items } from '@proplet/component/describe/description.js'
import type { FunctionType, ValueType } from '@proplet/component/types.js'
import type { TypeNames } from './type-text.js'

/** `[constructor]x`, `[method]x.f` or `[static]x.f`; `label` is the readable part. */
export type Member = { readonly kind: string; readonly label: string; readonly type: FunctionType }

/** The items of a scope in the form for printing: functions of resources are grouped with their resource. */
export type ScopeView = {
  readonly names: TypeNames
  readonly members: ReadonlyMap<string, readonly Member[]>
  /** All others. */
  readonly items: readonly (readonly [string, Item])[]
}

const MEMBER = /^\[(constructor|method|static)\]([^.]+)(?:\.(.+))?$/

export const viewOf = (...scopes: readonly Items[]): ScopeView => {
  const names = new Map<ValueType, string>()
  const members = new Map<string, Member[]>()
  const items: (readonly [string, Item])[] = []
  for (const scope of scopes) {
    for (const [name, item] of scope) {
      if (item.kind !== 'type') continue
      if (item.type.kind === 'resource') members.set(name, [])
      if (item.type.kind === 'value' && !names.has(item.type.type)) names.set(item.type.type, name)
    }
  }
  for (const scope of scopes) {
    for (const [name, item] of scope) {
      const [, kind, resource, label] = MEMBER.exec(name) ?? []
      const group = resource === undefined ? undefined : members.get(resource)
      if (item.kind !== 'func' || kind === undefined || group === undefined) items.push([name, item])
      else group.push({ kind, label: label ?? '', type: item.type })
    }
  }
  return { names, members, items }
}
