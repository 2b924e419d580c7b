import fc, { type Arbitrary } from 'fast-check'
import type { CaseType, NamedType, PrimitiveKind, ValueType } from '../../types.js'
import { camelCase } from '../../wave/names.js'
import { emptyRecord, isNullable } from '../../wave/values.js'

const NUMBERS: Readonly<Record<string, (items: readonly never[]) => NodeJS.TypedArray>> = {
  s8: (items) => Int8Array.from(items),
  u8: (items) => Uint8Array.from(items),
  s16: (items) => Int16Array.from(items),
  u16: (items) => Uint16Array.from(items),
  s32: (items) => Int32Array.from(items),
  u32: (items) => Uint32Array.from(items),
  s64: (items) => BigInt64Array.from(items),
  u64: (items) => BigUint64Array.from(items),
  f32: (items) => Float32Array.from(items),
  f64: (items) => Float64Array.from(items),
}

const PRIMITIVES: readonly PrimitiveKind[] = [
  ...([
    'bool',
    's8',
    'u8',
    's16',
    'u16',
    's32',
    'u32',
    's64',
    'u64',
    'f32',
    'f64',
    'char',
    'string',
  ] as const),
]

const word = fc.stringMatching(/^[a-z][a-z0-9]{0,4}$/)
const anyCase = fc.tuple(word, fc.boolean()).map(([text, isUpper]) => (isUpper ? text.toUpperCase() : text))
const label = fc.oneof(
  fc.array(anyCase, { minLength: 1, maxLength: 3 }).map((words) => words.join('-')),
  fc.constantFrom(
    'true',
    'false',
    'inf',
    'nan',
    'some',
    'none',
    'ok',
    'err',
    'constructor',
    'to-string',
    'tag',
    'val',
  ),
)

/** Labels whose JavaScript names differ, as within a component. */
const labels = fc.uniqueArray(label, {
  minLength: 1,
  maxLength: 5,
  selector: (one) => camelCase(one).toLowerCase(),
})

/** Any type with a text form, a few levels deep. */
export const anyType: Arbitrary<ValueType> = fc.letrec<{ type: ValueType }>((tie) => {
  const type = tie('type')
  const payload = fc.option(type, { nil: undefined })
  const named = labels.chain((names) =>
    fc.tuple(...names.map((name) => type.map((one): NamedType => ({ name, type: one })))),
  )
  const cases = labels.chain((names) =>
    fc.tuple(...names.map((name) => payload.map((one): CaseType => ({ name, type: one })))),
  )
  return {
    type: fc.oneof(
      { depthSize: 'small', maxDepth: 4, withCrossShrink: true },
      fc.constantFrom(...PRIMITIVES).map((kind): ValueType => ({ kind })),
      type.map((element): ValueType => ({ kind: 'list', element })),
      fc
        .tuple(type, fc.integer({ min: 1, max: 3 }))
        .map(([element, length]): ValueType => ({ kind: 'list', element, length })),
      fc.array(type, { minLength: 1, maxLength: 4 }).map((items): ValueType => ({ kind: 'tuple', items })),
      named.map((fields): ValueType => ({ kind: 'record', fields })),
      cases.map((all): ValueType => ({ kind: 'variant', cases: all })),
      labels.map((all): ValueType => ({ kind: 'enum', cases: all })),
      labels.map((names): ValueType => ({ kind: 'flags', names })),
      type.map((some): ValueType => ({ kind: 'option', some })),
      fc.tuple(payload, payload).map(([ok, err]): ValueType => ({ kind: 'result', ok, err })),
    ),
  }
}).type

/** Any value of a type in the form that bindings use, with objects without a prototype. */
export const valueOf = (type: ValueType): Arbitrary<unknown> => {
  switch (type.kind) {
    case 'bool':
      return fc.boolean()
    case 's8':
    case 's16':
    case 's32':
      return fc.integer({ min: -(2 ** (bits(type.kind) - 1)), max: 2 ** (bits(type.kind) - 1) - 1 })
    case 'u8':
    case 'u16':
    case 'u32':
      return fc.integer({ min: 0, max: 2 ** bits(type.kind) - 1 })
    case 's64':
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    case 'u64':
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
    case 'f32':
      return fc.float()
    case 'f64':
      return fc.double()
    case 'char':
      return fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })
    case 'string':
      return fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: fc.constantFrom('a', '"', "'", '\\', '\n', '\t', '{', 'u') }),
      )
    case 'list': {
      const { element, length } = type
      const items = fc.array(
        valueOf(element),
        length === undefined ? { maxLength: 4 } : { minLength: length, maxLength: length },
      )
      const make = length === undefined ? NUMBERS[element.kind] : undefined
      return make ? items.map((all) => make(all as never[])) : items
    }
    case 'tuple':
      return fc.tuple(...type.items.map(valueOf))
    case 'record':
      return objectOf(type.fields.map(({ name, type: field }) => [name, valueOf(field)]))
    case 'flags':
      return objectOf(type.names.map((name) => [name, fc.boolean()]))
    case 'variant':
      return fc.oneof(...type.cases.map(({ name, type: payload }) => tagged(name, payload)))
    case 'enum':
      return fc.constantFrom(...type.cases)
    case 'option': {
      const { some } = type
      return isNullable(some)
        ? fc.oneof(fc.constant({ tag: 'none' }), tagged('some', some))
        : fc.option(valueOf(some), { nil: undefined })
    }
    case 'result':
      return fc.oneof(tagged('ok', type.ok), tagged('err', type.err))
    case 'own':
    case 'borrow':
    case 'stream':
    case 'future':
    case 'error-context':
      throw new Error(`${type.kind} has no values to make`)
  }
}

const bits = (kind: string): number => Number(kind.slice(1))

const tagged = (tag: string, payload: ValueType | undefined): Arbitrary<unknown> =>
  payload ? valueOf(payload).map((val) => ({ tag, val })) : fc.constant({ tag })

const objectOf = (entries: readonly (readonly [string, Arbitrary<unknown>])[]): Arbitrary<unknown> =>
  fc.tuple(...entries.map(([, value]) => value)).map((values) => {
    const object = emptyRecord()
    for (const [index, [name]] of entries.entries()) object[camelCase(name)] = values[index]
    return object
  })
