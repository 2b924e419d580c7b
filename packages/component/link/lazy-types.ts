import type { DefinedType } from '../binary/ast.js'
import type { ValueDefinition } from '../binary/type-ast.js'
import type { TypeId } from './abi/type-ids.js'
import type { ChannelType } from './async/end.js'
import { functionShape, type FunctionShape } from './calls/function.js'
import { channelType, codecsOf, typeIdOf, useCodec, useTypeId } from './codec-of.js'
import type { Codecs } from './codecs.js'
import type { Frame } from './frame.js'

// Most types that WASI declares belong to functions that a component does not use, so their codecs are created on demand. Types
// were already checked to be well-formed and not too deep.

/** A value that is created at most once; its inputs are released then. */
class Lazy<T> {
  #make: (() => T) | undefined
  #made: { readonly value: T } | undefined

  constructor(make: () => T) {
    this.#make = make
  }

  get value(): T {
    if (this.#made !== undefined) return this.#made.value
    if (this.#make === undefined) throw new Error('a type that is made of itself')
    const value = this.#make()
    this.#made = { value }
    this.#make = undefined
    return value
  }
}

export class LazyValueType {
  readonly kind = 'value'
  readonly #codecs: Lazy<Codecs>
  readonly #id: Lazy<TypeId>
  readonly #channel: Lazy<ChannelType> | undefined

  constructor(definition: ValueDefinition, frame: Frame, offset: number) {
    this.#codecs = new Lazy(() => codecsOf(definition, frame, offset))
    this.#id = new Lazy(() => typeIdOf(definition, frame, offset))
    this.#channel =
      definition.kind === 'stream' || definition.kind === 'future'
        ? new Lazy(() => channelType(definition, frame, offset))
        : undefined
  }

  get codecs(): Codecs {
    return this.#codecs.value
  }

  get id(): TypeId {
    return this.#id.value
  }

  /** The element type of a stream or a future. */
  get channel(): ChannelType | undefined {
    return this.#channel?.value
  }
}

export class LazyFunctionType {
  readonly kind = 'func'
  readonly async: boolean
  readonly #shape: Lazy<FunctionShape>

  constructor(type: Extract<DefinedType, { kind: 'func' }>, frame: Frame, offset: number) {
    this.async = type.async
    const { params, result, async } = type
    this.#shape = new Lazy(() =>
      functionShape({
        async,
        params: (address) => params.map((param) => useCodec(param.type, frame, offset, address)),
        result: (address) => (result === undefined ? undefined : useCodec(result, frame, offset, address)),
        resultId: result === undefined ? undefined : useTypeId(result, frame, offset),
      }),
    )
  }

  get shape(): FunctionShape {
    return this.#shape.value
  }
}
