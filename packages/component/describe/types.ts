import type { FuncType, LabelledType, ValType, ValueDefinition } from '../binary/type-ast.js'
import type { FunctionType, NamedType, ValueType } from '../types.js'
import type { Environment } from './environment.js'

/** The value type of a definition, built from earlier ones. */
export function valueType(definition: ValueDefinition, env: Environment, offset: number): ValueType {
  const type = build(definition, (part) => use(part, env, offset), env, offset)
  return env.measures.add(type, partsOf(type), offset)
}

export function functionType(
  { params, result, async }: FuncType,
  env: Environment,
  offset: number,
): FunctionType {
  const type: FunctionType = {
    params: params.map((param) => named(param, env, offset)),
    result: optional(result, (part) => use(part, env, offset)),
    async,
  }
  return env.measures.add(type, [...type.params.map((param) => param.type), type.result], offset)
}

const named = ({ name, type }: LabelledType, env: Environment, offset: number): NamedType => ({
  name,
  type: use(type, env, offset),
})

const optional = <T, U>(value: T | undefined, map: (value: T) => U): U | undefined =>
  value === undefined ? undefined : map(value)

/** A use of a type: a new object for a primitive, the shared one for a definition. */
export const use = (type: ValType, env: Environment, offset: number): ValueType =>
  typeof type === 'number' ? env.type('value', type, offset).type : { kind: type }

type Use = (type: ValType) => ValueType

function build(definition: ValueDefinition, of: Use, env: Environment, offset: number): ValueType {
  switch (definition.kind) {
    case 'primitive':
      return { kind: definition.primitive }
    case 'record':
      return {
        kind: 'record',
        fields: definition.fields.map(({ name, type }) => ({ name, type: of(type) })),
      }
    case 'variant':
      return {
        kind: 'variant',
        cases: definition.cases.map(({ name, type }) => ({ name, type: optional(type, of) })),
      }
    case 'list': {
      const element = of(definition.element)
      return definition.length === undefined
        ? { kind: 'list', element }
        : { kind: 'list', element, length: definition.length }
    }
    case 'map':
      // A map has the same values as a list of pairs, in memory and in JavaScript.
      return {
        kind: 'list',
        element: { kind: 'tuple', items: [of(definition.key), of(definition.value)] },
      }
    case 'tuple':
      return { kind: 'tuple', items: definition.items.map(of) }
    case 'flags':
    case 'enum':
      return definition
    case 'option':
      return { kind: 'option', some: of(definition.some) }
    case 'result':
      return { kind: 'result', ok: optional(definition.ok, of), err: optional(definition.err, of) }
    case 'own':
    case 'borrow':
      return { kind: definition.kind, resource: env.type('resource', definition.resource, offset).name }
    case 'stream':
    case 'future':
      return { kind: definition.kind, element: optional(definition.element, of) }
  }
}

/** The types of the parts of a type; undefined for a part without a type. */
function partsOf(type: ValueType): readonly (ValueType | undefined)[] {
  if ('fields' in type) return type.fields.map((field) => field.type)
  if ('items' in type) return type.items
  if ('element' in type) return [type.element]
  if ('some' in type) return [type.some]
  if ('ok' in type) return [type.ok, type.err]
  if ('names' in type) return type.names.map(() => undefined)
  if ('cases' in type) return type.cases.map((each) => (typeof each === 'string' ? undefined : each.type))
  return []
}
