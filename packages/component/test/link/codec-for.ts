import { enumCodec, optionCodec, resultCodec, variantCodec } from '../../link/abi/choices.js'
import type { Codec } from '../../link/abi/codec.js'
import { flagsCodec } from '../../link/abi/flags.js'
import { fixedListCodec, listCodec } from '../../link/abi/list.js'
import { primitiveCodec } from '../../link/abi/primitive.js'
import { recordCodec, tupleCodec } from '../../link/abi/sequence.js'
import type { ValueType } from '../../types.js'

/** The codec of a type whose values have a text form. */
export function codecFor(type: ValueType): Codec {
  const optional = (part: ValueType | undefined) => part && codecFor(part)
  switch (type.kind) {
    case 'list':
      return type.length === undefined
        ? listCodec(codecFor(type.element))
        : fixedListCodec(codecFor(type.element), type.length)
    case 'tuple':
      return tupleCodec(type.items.map(codecFor))
    case 'record':
      return recordCodec(type.fields.map((field) => ({ name: field.name, codec: codecFor(field.type) })))
    case 'variant':
      return variantCodec(type.cases.map((one) => ({ name: one.name, codec: optional(one.type) })))
    case 'enum':
      return enumCodec(type.cases)
    case 'flags':
      return flagsCodec(type.names)
    case 'option':
      return optionCodec(codecFor(type.some))
    case 'result':
      return resultCodec(optional(type.ok), optional(type.err))
    case 'own':
    case 'borrow':
    case 'stream':
    case 'future':
    case 'error-context':
      throw new Error(`no codec for ${type.kind}`)
    case 'bool':
    case 'char':
    case 'string':
    case 's8':
    case 'u8':
    case 's16':
    case 'u16':
    case 's32':
    case 'u32':
    case 's64':
    case 'u64':
    case 'f32':
    case 'f64':
      return primitiveCodec(type.kind)
  }
}
