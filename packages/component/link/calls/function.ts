import { tupleCodec } from '../abi/sequence.js'
import type { Codec } from '../abi/codec.js'
import { MAX_FLAT_RESULTS, type FlatType } from '../abi/flat.js'
import type { TypeId } from '../abi/type-ids.js'

/** How the parameters and the result of a function pass, made once for its type. */
export type FunctionShape = {
  /** Its type is async: it may keep its caller waiting. */
  readonly async: boolean
  /** A tuple. */
  readonly params: Codec
  readonly result: Codec | undefined
  readonly resultId: TypeId | undefined
  /** The flat types of the parameters; undefined if passed as one pointer to a tuple. */
  readonly flatParams: readonly FlatType[] | undefined
  /** The result goes through memory. */
  readonly spillsResult: boolean
}

export function functionShape(
  params: readonly Codec[],
  result: Codec | undefined,
  async: boolean,
  resultId: TypeId | undefined,
): FunctionShape {
  const tuple = tupleCodec(params)
  return {
    async,
    params: tuple,
    result,
    resultId,
    flatParams: tuple.flat,
    spillsResult:
      result !== undefined && (result.flat === undefined || result.flat.length > MAX_FLAT_RESULTS),
  }
}
