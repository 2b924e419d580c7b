import { callContext } from './canon.js'
import type { CanonPlan, CoreItem } from '../abi/canon-plan.js'
import { addressAt, fromAddress } from '../abi/address.js'
import type { FlatValue } from '../abi/flat.js'
import { resolveFunction } from './core-item.js'
import type { FunctionShape } from './function.js'
import type { LinkedFunction, ComponentFunction, CoreFunction, Instantiation } from './instantiation.js'
import { trap } from '../abi/trap.js'
import type { CallContext } from '../abi/call-context.js'

/** `canon lift`: a component function that calls a function of a core instance. */
export const lifted = (shape: FunctionShape, callee: CoreItem, canon: CanonPlan): LinkedFunction => ({
  shape,
  instance: canon.instance,
  start: undefined,
  make: (instantiation) => makeLifted(instantiation, shape, callee, canon),
})

export function makeLifted(
  instantiation: Instantiation,
  shape: FunctionShape,
  callee: CoreItem,
  canon: CanonPlan,
): ComponentFunction {
  const call = callContext(instantiation, canon)
  const core = resolveFunction(instantiation, callee)
  const postReturn = canon.postReturn && resolveFunction(instantiation, canon.postReturn)
  const { instance } = call
  return (args) => {
    instance.enter()
    const returned = callCore(core, lowerArguments(call, shape, args))
    const result = liftResult(call, shape, returned)
    call.end()
    if (postReturn !== undefined) {
      instance.mayLeave = false
      if (shape.result === undefined) postReturn()
      else postReturn(returned)
      instance.mayLeave = true
    }
    instance.exit()
    return result
  }
}

/** Exceptions of a core module must not leave its component. */
function callCore(core: CoreFunction, args: readonly FlatValue[]): unknown {
  try {
    return core(...args)
  } catch (error) {
    if (error instanceof WebAssembly.Exception) trap('an exception of the guest was not caught')
    throw error
  }
}

export function lowerArguments(
  call: CallContext,
  shape: FunctionShape,
  args: readonly unknown[],
): FlatValue[] {
  if (shape.flatParams !== undefined) {
    const flat: FlatValue[] = []
    shape.params.lower(call, args, flat, 0)
    return flat
  }
  const at = call.allocate(shape.params.size, shape.params.align)
  shape.params.store(call, at, args)
  return [fromAddress(at, shape.address)]
}

export function liftResult(
  call: CallContext,
  { result, spillsResult, address }: FunctionShape,
  returned: unknown,
): unknown {
  if (result === undefined) return undefined
  if (typeof returned !== 'number' && typeof returned !== 'bigint')
    return trap('a function did not return a value')
  if (!spillsResult) return result.lift(call, [returned], 0)
  const at = addressAt([returned], 0, address)
  call.memory.check(at, result.size, result.align)
  return result.load(call, at)
}
