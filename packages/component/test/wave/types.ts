import type { CaseType, PrimitiveKind, ValueType } from '../../types.js'

/** Short ways to write types. */
export const t = (kind: PrimitiveKind): ValueType => ({ kind })
export const list = (element: ValueType): ValueType => ({ kind: 'list', element })
export const fixed = (element: ValueType, length: number): ValueType => ({ kind: 'list', element, length })
export const tuple = (...items: ValueType[]): ValueType => ({ kind: 'tuple', items })
export const option = (some: ValueType): ValueType => ({ kind: 'option', some })
export const result = (ok?: ValueType, err?: ValueType): ValueType => ({ kind: 'result', ok, err })
export const enumOf = (...cases: string[]): ValueType => ({ kind: 'enum', cases })
export const flags = (...names: string[]): ValueType => ({ kind: 'flags', names })
export const record = (fields: Record<string, ValueType>): ValueType => ({
  kind: 'record',
  fields: Object.entries(fields).map(([name, type]) => ({ name, type })),
})
export const variant = (cases: Record<string, ValueType | undefined>): ValueType => ({
  kind: 'variant',
  cases: Object.entries(cases).map(([name, type]): CaseType => ({ name, type })),
})

/** `inner` inside this many options. */
export const nested = (depth: number, inner: ValueType): ValueType => {
  let type = inner
  for (let level = 0; level < depth; level += 1) type = option(type)
  return type
}

export const u8 = t('u8')
export const u32 = t('u32')
export const text = t('string')
