import type { AddressType } from '../wasm/value-types.js'
import { malformed, unsupported } from '../binary/error.js'
import type { ValType, ValueDefinition } from '../binary/type-ast.js'
import type { PrimitiveKind } from '../types.js'
import { channelCodec } from './async/channel-codec.js'
import { enumCodec, optionCodec, resultCodec, variantCodec } from './abi/choices.js'
import { RANGE_FORMS } from './abi/address.js'
import type { Codec } from './abi/codec.js'
import { flagsCodec } from './abi/flags.js'
import { handleCodec } from './abi/handle.js'
import { fixedListCodec, listCodec } from './abi/list.js'
import { primitiveCodec } from './abi/primitive.js'
import { recordCodec, tupleCodec } from './abi/sequence.js'
import type { ChannelType } from './async/end.js'
import { errorContextCodec } from './async/error-context.js'
import { Codecs } from './codecs.js'
import type { Frame } from './frame.js'
import type { TypeId } from './abi/type-ids.js'
import { change, LARGER_ELSEWHERE } from '../remedy.js'

/** Values are lifted and lowered recursively, as deep as the type. */
const MAX_DEPTH = 100
const MAX_BYTES = 1 << 28
const MAX_FLAGS = 32

/** The codecs of a type, built from those of earlier types. */
export const codecsOf = (definition: ValueDefinition, frame: Frame, offset: number): Codecs =>
  new Codecs(codecOf(definition, frame, offset, 'i32'), () => codecOf(definition, frame, offset, 'i64'))

function codecOf(definition: ValueDefinition, frame: Frame, offset: number, address: AddressType): Codec {
  const codec = build(definition, frame, offset, address)
  if (codec.depth > MAX_DEPTH)
    throw unsupported(`a type more than ${MAX_DEPTH} deep`, offset, LARGER_ELSEWHERE)
  if (codec.size > MAX_BYTES) throw unsupported(`a type of ${codec.size} bytes`, offset, LARGER_ELSEWHERE)
  return codec
}

export const useCodec = (type: ValType, frame: Frame, offset: number, address: AddressType = 'i32'): Codec =>
  typeof type === 'number' ? frame.type('value', type, offset).codecs[address] : primitive(type, address)

export const useTypeId = (type: ValType, frame: Frame, offset: number): TypeId =>
  typeof type === 'number' ? frame.type('value', type, offset).id : type

/** The name of a type, for comparisons. */
export const typeIdOf = (definition: ValueDefinition, frame: Frame, offset: number): TypeId =>
  frame.typeIds.of(
    definition,
    (type) => useTypeId(type, frame, offset),
    (resource) => frame.type('resource', resource, offset).slot,
  )

/** The channel type of a stream or a future. */
export function channelType(
  { kind, element }: Extract<ValueDefinition, { kind: 'stream' | 'future' }>,
  frame: Frame,
  offset: number,
): ChannelType {
  if (element === undefined) return { kind, element, elementOver: () => undefined, elementId: undefined }
  const elementOver = (address: AddressType) => useCodec(element, frame, offset, address)
  return {
    kind,
    element: elementOver('i32'),
    elementOver,
    elementId: useTypeId(element, frame, offset),
  }
}

function build(definition: ValueDefinition, frame: Frame, offset: number, address: AddressType): Codec {
  const of = (type: ValType) => useCodec(type, frame, offset, address)
  const optional = (type: ValType | undefined) => (type === undefined ? undefined : of(type))
  switch (definition.kind) {
    case 'primitive':
      return primitive(definition.primitive, address)
    case 'record':
      return recordCodec(definition.fields.map(({ name, type }) => ({ name, codec: of(type) })))
    case 'tuple':
      return tupleCodec(definition.items.map(of))
    case 'list':
      return list(of(definition.element), definition.length, offset, address)
    case 'map':
      return listCodec(tupleCodec([of(definition.key), of(definition.value)]), RANGE_FORMS[address])
    case 'flags':
      if (definition.names.length > MAX_FLAGS)
        throw unsupported(`more than ${MAX_FLAGS} flags`, offset, change('divide them'))
      return flagsCodec(definition.names)
    case 'enum':
      return enumCodec(definition.cases)
    case 'variant':
      return variantCodec(definition.cases.map(({ name, type }) => ({ name, codec: optional(type) })))
    case 'option':
      return optionCodec(of(definition.some))
    case 'result':
      return resultCodec(optional(definition.ok), optional(definition.err))
    case 'own':
    case 'borrow':
      return handleCodec(definition.kind, frame.type('resource', definition.resource, offset).slot)
    case 'stream':
    case 'future':
      return channelCodec(channelType(definition, frame, offset))
  }
}

function primitive(kind: PrimitiveKind, address: AddressType): Codec {
  return kind === 'error-context' ? errorContextCodec() : primitiveCodec(kind, RANGE_FORMS[address])
}

function list(element: Codec, length: number | undefined, offset: number, address: AddressType): Codec {
  if (length === undefined) return listCodec(element, RANGE_FORMS[address])
  if (length === 0) throw malformed('a list of the fixed length 0', offset)
  if (length * element.size > MAX_BYTES)
    throw unsupported(`a list of the fixed length ${length}`, offset, LARGER_ELSEWHERE)
  return fixedListCodec(element, length)
}
