import type { ValType, ValueDefinition } from '../../binary/type-ast.js'

/** Equal for equal types, of whichever components. */
export type TypeId = string

type Parts = readonly (string | number | undefined | readonly [name: string, id: TypeId | undefined])[]

/** Names value types: two types have the same name if all their parts are equal. */
export class TypeIds {
  readonly #known = new Map<string, TypeId>()

  /**
   * @param idOf names a part of the type
   * @param slotOf the number of a resource in a run
   */
  of(
    definition: ValueDefinition,
    idOf: (type: ValType) => TypeId,
    slotOf: (resource: number) => number,
  ): TypeId {
    if (definition.kind === 'primitive') return definition.primitive
    const key = JSON.stringify([definition.kind, ...partsOf(definition, idOf, slotOf)])
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const made = `#${this.#known.size}`
    this.#known.set(key, made)
    return made
  }
}

function partsOf(
  type: ValueDefinition,
  idOf: (type: ValType) => TypeId,
  slotOf: (resource: number) => number,
): Parts {
  const optional = (part: ValType | undefined) => (part === undefined ? undefined : idOf(part))
  switch (type.kind) {
    case 'primitive':
      return [type.primitive]
    case 'record':
      return type.fields.map(({ name, type: field }) => [name, idOf(field)])
    case 'variant':
      return type.cases.map(({ name, type: payload }) => [name, optional(payload)])
    case 'tuple':
      return type.items.map(idOf)
    case 'list':
      return [idOf(type.element), type.length]
    case 'map':
      return [idOf(type.key), idOf(type.value)]
    case 'flags':
      return type.names
    case 'enum':
      return type.cases
    case 'option':
      return [idOf(type.some)]
    case 'result':
      return [optional(type.ok), optional(type.err)]
    case 'own':
    case 'borrow':
      return [slotOf(type.resource)]
    case 'stream':
    case 'future':
      return [optional(type.element)]
  }
}
