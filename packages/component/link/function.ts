import { tupleCodec } from './abi/sequence.js'
import type { Codec } from './abi/codec.js'
import { MAX_FLAT_RESULTS, type FlatType } from './abi/flat.js'
import type { AsyncFunction } from './async/function.js'
import type { ComponentFunction, Run } from './run.js'

/** How the parameters and the result of a function pass, made once for its type. */
export type FunctionShape = {
  /** Its type is async: it may keep its caller waiting. */
  readonly async: boolean
  /** A tuple. */
  readonly params: Codec
  readonly result: Codec | undefined
  /** The flat types of the parameters; undefined: one pointer to the tuple. */
  readonly flatParams: readonly FlatType[] | undefined
  /** The result goes through memory. */
  readonly spillsResult: boolean
}

export type LinkedFunction = {
  readonly shape: FunctionShape
  readonly make: (run: Run) => ComponentFunction
  /** For a function that is async: a call of it can be begun. */
  readonly start: ((run: Run) => AsyncFunction) | undefined
}

export function functionShape(
  params: readonly Codec[],
  result: Codec | undefined,
  async: boolean,
): FunctionShape {
  const tuple = tupleCodec(params)
  return {
    async,
    params: tuple,
    result,
    flatParams: tuple.flat,
    spillsResult:
      result !== undefined && (result.flat === undefined || result.flat.length > MAX_FLAT_RESULTS),
  }
}
