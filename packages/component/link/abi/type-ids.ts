import { mapShape } from '../../binary/value-shape.js'
import type { ValType, ValueDefinition } from '../../binary/type-ast.js'

/** Equal for equal types, of whichever components. */
export type TypeId = string

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
    const key = JSON.stringify(mapShape(definition, idOf, slotOf))
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const made = `#${this.#known.size}`
    this.#known.set(key, made)
    return made
  }
}
