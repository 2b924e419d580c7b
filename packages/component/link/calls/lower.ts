import type { CallContext } from '../abi/call-context.js'
import { addressAt } from '../abi/address.js'
import type { FlatValue, FlatValues } from '../abi/flat.js'
import { callContext } from './canon.js'
import type { CanonPlan } from '../abi/canon-plan.js'
import type { FunctionShape } from './function.js'
import type { ComponentFunction, LinkedFunction, CoreFunction, Instantiation } from './instantiation.js'

/** `canon lower`: a core function that calls a function of a component or of the host. */
export function makeLowered(
  instantiation: Instantiation,
  linked: LinkedFunction,
  canon: CanonPlan,
): CoreFunction {
  const shape = linked.shape.through(canon.address)
  let context: CallContext | undefined = callContext(instantiation, canon)
  // Created at the first call: most imported functions are never called.
  let callee: ComponentFunction | undefined
  instantiation.onRelease(() => {
    context = undefined
    callee = undefined
  })
  const { result, spillsResult } = shape
  const resultAt = shape.flatParams === undefined ? 1 : shape.flatParams.length
  return (...values) => {
    const call = (context ??= callContext(instantiation, canon))
    call.instance.checkLeave()
    const flat = values.map(toFlat)
    callee ??= instantiation.function(linked)
    const returned = callee(liftArguments(call, shape, flat))
    if (result === undefined) {
      call.end()
      return undefined
    }
    const results: FlatValue[] = []
    if (spillsResult) {
      const at = addressAt(flat, resultAt, shape.address)
      call.memory.check(at, result.size, result.align)
      result.store(call, at, returned)
    } else {
      result.lower(call, returned, results, 0)
    }
    call.end()
    return results[0]
  }
}

export const toFlat = (value: unknown): FlatValue | undefined =>
  typeof value === 'number' || typeof value === 'bigint' ? value : undefined

export function liftArguments(
  call: CallContext,
  { params, flatParams, address }: Pick<FunctionShape, 'params' | 'flatParams' | 'address'>,
  flat: FlatValues,
): readonly unknown[] {
  let args: unknown
  if (flatParams !== undefined) {
    args = params.lift(call, flat, 0)
  } else {
    const at = addressAt(flat, 0, address)
    call.memory.check(at, params.size, params.align)
    args = params.load(call, at)
  }
  return Array.isArray(args) ? args : []
}
