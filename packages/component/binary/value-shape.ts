import type { PrimitiveKind } from '../types.js'

export type Labelled<T> = { readonly name: string; readonly type: T }

/** A type of values, with `T` for the types of its parts and `R` for a resource: indices in the binary, types once checked. */
export type ValueShape<T, R> =
  | { readonly kind: 'primitive'; readonly primitive: PrimitiveKind }
  | { readonly kind: 'record'; readonly fields: readonly Labelled<T>[] }
  | { readonly kind: 'variant'; readonly cases: readonly Labelled<T | undefined>[] }
  | { readonly kind: 'list'; readonly element: T; readonly length: number | undefined }
  | { readonly kind: 'map'; readonly key: T; readonly value: T }
  | { readonly kind: 'tuple'; readonly items: readonly T[] }
  | { readonly kind: 'flags'; readonly names: readonly string[] }
  | { readonly kind: 'enum'; readonly cases: readonly string[] }
  | { readonly kind: 'option'; readonly some: T }
  | { readonly kind: 'result'; readonly ok: T | undefined; readonly err: T | undefined }
  | { readonly kind: 'own' | 'borrow'; readonly resource: R }
  | { readonly kind: 'stream' | 'future'; readonly element: T | undefined }

/** The same shape with its parts and its resource replaced, in order. */
export function mapShape<T, U, R, S>(
  shape: ValueShape<T, R>,
  part: (type: T) => U,
  resource: (resource: R) => S,
): ValueShape<U, S> {
  const optional = (type: T | undefined) => (type === undefined ? undefined : part(type))
  switch (shape.kind) {
    case 'primitive':
    case 'flags':
    case 'enum':
      return shape
    case 'record':
      return { kind: 'record', fields: shape.fields.map(({ name, type }) => ({ name, type: part(type) })) }
    case 'variant':
      return {
        kind: 'variant',
        cases: shape.cases.map(({ name, type }) => ({ name, type: optional(type) })),
      }
    case 'list':
      return { kind: 'list', element: part(shape.element), length: shape.length }
    case 'map':
      return { kind: 'map', key: part(shape.key), value: part(shape.value) }
    case 'tuple':
      return { kind: 'tuple', items: shape.items.map(part) }
    case 'option':
      return { kind: 'option', some: part(shape.some) }
    case 'result':
      return { kind: 'result', ok: optional(shape.ok), err: optional(shape.err) }
    case 'own':
    case 'borrow':
      return { kind: shape.kind, resource: resource(shape.resource) }
    case 'stream':
    case 'future':
      return { kind: shape.kind, element: optional(shape.element) }
  }
}

/** The types of its parts, in order. */
export function partsOf<T>(shape: ValueShape<T, unknown>): readonly T[] {
  switch (shape.kind) {
    case 'primitive':
    case 'flags':
    case 'enum':
    case 'own':
    case 'borrow':
      return []
    case 'record':
      return shape.fields.map(({ type }) => type)
    case 'variant':
      return shape.cases.flatMap(({ type }) => type ?? [])
    case 'list':
      return [shape.element]
    case 'map':
      return [shape.key, shape.value]
    case 'tuple':
      return shape.items
    case 'option':
      return [shape.some]
    case 'result':
      return [shape.ok, shape.err].flatMap((type) => type ?? [])
    case 'stream':
    case 'future':
      return shape.element === undefined ? [] : [shape.element]
  }
}
