import { choiceCodec } from './choice.js'
import { mismatch, type Codec } from './codec.js'

type NamedCase = { readonly name: string; readonly codec: Codec | undefined }

export const variantCodec = (cases: readonly NamedCase[]): Codec => tagged('variant', cases)

export const resultCodec = (ok: Codec | undefined, err: Codec | undefined): Codec =>
  tagged('result', [
    { name: 'ok', codec: ok },
    { name: 'err', codec: err },
  ])

/** `{ tag, val }`. */
function tagged(kind: 'variant' | 'result' | 'option', cases: readonly NamedCase[]): Codec {
  const indices = new Map(cases.map(({ name }, index) => [name, index]))
  return choiceCodec({
    kind,
    cases: cases.map(({ codec }) => codec),
    nullable: false,
    make: (index, val) => {
      const { name: tag, codec } = cases[index] ?? { name: '', codec: undefined }
      return codec === undefined ? { tag } : { tag, val }
    },
    indexOf: (value) => {
      const tag = property(value, 'tag')
      const index = typeof tag === 'string' ? indices.get(tag) : undefined
      return index ?? mismatch(`a ${kind} as { tag, val } with one of its tags`, value)
    },
    payloadOf: (value) => property(value, 'val'),
  })
}

/** A string. */
export function enumCodec(names: readonly string[]): Codec {
  const indices = new Map(names.map((name, index) => [name, index]))
  return choiceCodec({
    kind: 'enum',
    cases: names.map(() => undefined),
    nullable: false,
    make: (index) => names[index],
    indexOf: (value) =>
      (typeof value === 'string' ? indices.get(value) : undefined) ??
      mismatch('the name of a case (enum)', value),
    payloadOf: () => undefined,
  })
}

/** The payload or undefined; tagged if the payload itself could be undefined. */
export function optionCodec(some: Codec): Codec {
  if (some.nullable)
    return tagged('option', [
      { name: 'none', codec: undefined },
      { name: 'some', codec: some },
    ])
  return choiceCodec({
    kind: 'option',
    cases: [undefined, some],
    nullable: true,
    make: (_index, payload) => payload,
    indexOf: (value) => (value === undefined || value === null ? 0 : 1),
    payloadOf: (value) => value,
  })
}

const property = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
