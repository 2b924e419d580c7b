import type { AddressType, FlatType } from '../../wasm/value-types.js'
import { tupleCodec } from '../abi/sequence.js'
import type { Codec } from '../abi/codec.js'
import { MAX_FLAT_RESULTS } from '../abi/flat.js'
import type { TypeId } from '../abi/type-ids.js'

/** How the parameters and the result of a function are passed; computed once for its type. */
export type FunctionShape = {
  /** Whether its type is async, so that it may block its caller. */
  readonly async: boolean
  /** The address type of the memory through which values pass. */
  readonly address: AddressType
  /** A tuple codec. */
  readonly params: Codec
  readonly result: Codec | undefined
  readonly resultId: TypeId | undefined
  /** The flat types of the parameters; undefined if they are passed as one pointer to a tuple. */
  readonly flatParams: readonly FlatType[] | undefined
  /** Whether the result is passed through memory. */
  readonly spillsResult: boolean
  /** The same function for a memory with this address type. */
  readonly through: (address: AddressType) => FunctionShape
}

/** The parameters and the result of a function, by address type of the memory through which values pass. */
export type FunctionParts = {
  readonly async: boolean
  readonly params: (address: AddressType) => readonly Codec[]
  readonly result: (address: AddressType) => Codec | undefined
  readonly resultId: TypeId | undefined
}

export function functionShape(parts: FunctionParts, address: AddressType = 'i32'): FunctionShape {
  const params = tupleCodec(parts.params(address))
  const result = parts.result(address)
  let other: FunctionShape | undefined
  const shape: FunctionShape = {
    async: parts.async,
    address,
    params,
    result,
    resultId: parts.resultId,
    flatParams: params.flat,
    spillsResult:
      result !== undefined && (result.flat === undefined || result.flat.length > MAX_FLAT_RESULTS),
    through: (wanted) => (wanted === address ? shape : (other ??= functionShape(parts, wanted))),
  }
  return shape
}
