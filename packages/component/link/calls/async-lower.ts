import { callContext } from './canon.js'
import type { CanonPlan } from '../abi/canon-plan.js'
import type { CallContext } from '../abi/call-context.js'
import { unsignedAt, type FlatType, type FlatValue, type FlatValues } from '../abi/flat.js'
import type { CoreSignature } from './adapter.js'
import type { FunctionShape } from './function.js'
import type { LinkedFunction, CoreFunction, Instantiation } from './instantiation.js'
import { liftArguments, toFlat } from './lower.js'
import { trap } from '../abi/trap.js'
import { CANNOT_BLOCK, type MakeWaiting, type Outcome } from './jspi.js'
import type { GoOn } from '../async/scheduler.js'
import { Subtask } from '../async/subtask.js'

/** Parameters of more flat values than this go through memory, where the call is not waited for. */
const MAX_FLAT_ASYNC_PARAMS = 4

const asyncParams = ({ flatParams }: FunctionShape): readonly FlatType[] | undefined =>
  flatParams !== undefined && flatParams.length <= MAX_FLAT_ASYNC_PARAMS ? flatParams : undefined

/** The core types of a function that is lowered with the option `async`. */
export const asyncSignature = (shape: FunctionShape): CoreSignature => ({
  params: [
    ...(asyncParams(shape) ?? ['i32' as const]),
    ...(shape.result === undefined ? [] : ['i32' as const]),
  ],
  results: ['i32'],
})

/** `canon lower` with `async`: returns the state of the call and a handle to what is left of it. */
export function makeAsyncLowered(
  instantiation: Instantiation,
  linked: LinkedFunction,
  canon: CanonPlan,
): CoreFunction {
  const { result } = linked.shape
  const instance = instantiation.instance(canon.instance)
  const shape = { ...linked.shape, flatParams: asyncParams(linked.shape) }
  const callee = instantiation.start(linked)
  return (...values) => {
    instance.checkLeave()
    const flat = values.map(toFlat)
    const call = callContext(instantiation, canon)
    const subtask = new Subtask(call)
    subtask.callee = callee({
      begin: () => {
        subtask.begin()
        return liftArguments(call, shape, flat)
      },
      resolve: (resolved) => {
        if (resolved !== undefined && result !== undefined)
          storeResult(call, shape, flat, shape.flatParams?.length ?? 1, resolved.value)
        subtask.resolve(resolved !== undefined)
      },
    })
    if (subtask.isResolved) {
      subtask.deliver()
      return subtask.code
    }
    subtask.index = instance.handles.addEntry(subtask)
    return subtask.code | (subtask.index << 4)
  }
}

/** `canon lower` of an async function without `async`: the guest waits in the midst of the call. */
export function makeWaitingLowered(
  instantiation: Instantiation,
  linked: LinkedFunction,
  canon: CanonPlan,
  waiting: MakeWaiting,
): object {
  const { shape } = linked
  const { scheduler } = instantiation
  const instance = instantiation.instance(canon.instance)
  const callee = instantiation.start(linked)
  return waiting(instantiation, (...values): Outcome => {
    instance.checkLeave()
    if (!scheduler.task().mayBlock) trap(CANNOT_BLOCK)
    const flat = values.map(toFlat)
    const call = callContext(instantiation, canon)
    let goOn: GoOn | undefined
    let outcome: { readonly value: unknown } | undefined
    callee({
      begin: () => liftArguments(call, shape, flat),
      resolve: (resolved) => {
        if (goOn === undefined) outcome = { value: finish(call, shape, flat, resolved?.value) }
        else goOn(() => finish(call, shape, flat, resolved?.value))
      },
    })
    return (
      outcome ?? {
        wait: (whenResolved) => {
          goOn = whenResolved
        },
      }
    )
  })
}

function finish(
  call: CallContext,
  shape: FunctionShape,
  flat: FlatValues,
  value: unknown,
): FlatValue | undefined {
  const results: FlatValue[] = []
  if (shape.spillsResult) storeResult(call, shape, flat, shape.flatParams?.length ?? 1, value)
  else shape.result?.lower(call, value, results, 0)
  call.end()
  return results[0]
}

function storeResult(
  call: CallContext,
  { result }: FunctionShape,
  flat: FlatValues,
  index: number,
  value: unknown,
): void {
  if (result === undefined) return
  const at = unsignedAt(flat, index)
  call.memory.check(at, result.size, result.align)
  result.store(call, at, value)
}
