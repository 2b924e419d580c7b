import { tupleCodec } from './abi/sequence.js'
import type { Codec } from './abi/codec.js'
import { MAX_FLAT_RESULTS, type FlatType } from './abi/flat.js'
import type { AsyncFunction } from './async/function.js'
import type { ComponentFunction, Run } from './run.js'
import type { TypeId } from './type-ids.js'

/** How the parameters and the result of a function pass, made once for its type. */
export type FunctionShape = {
  /** Its type is async: it may keep its caller waiting. */
  readonly async: boolean
  /** A tuple. */
  readonly params: Codec
  readonly result: Codec | undefined
  readonly resultId: TypeId | undefined
  /** The flat types of the parameters; undefined: one pointer to the tuple. */
  readonly flatParams: readonly FlatType[] | undefined
  /** The result goes through memory. */
  readonly spillsResult: boolean
}

export type LinkedFunction = {
  readonly shape: FunctionShape
  /** The number of the component instance that it belongs to; undefined: the host has it. */
  readonly instance: number | undefined
  readonly make: (run: Run) => ComponentFunction
  /** For a function that is async: a call of it can be begun. */
  readonly start: ((run: Run) => AsyncFunction) | undefined
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
