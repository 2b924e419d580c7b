import type { FlatType } from '../../wasm/value-types.js'
import { callContext } from './canon.js'
import type { CanonPlan } from '../abi/canon-plan.js'
import type { CallContext } from '../abi/call-context.js'
import { addressAt } from '../abi/address.js'
import type { FlatValue, FlatValues } from '../abi/flat.js'
import type { CoreSignature } from './adapter.js'
import type { FunctionShape } from './function.js'
import type { LinkedFunction, CoreFunction, Instantiation } from './instantiation.js'
import { liftArguments, toFlat } from './lower.js'
import { checkMayBlock, type MakeWaiting, type Outcome } from './jspi.js'
import type { AsyncCall } from '../async/function.js'
import type { GoOn } from '../async/scheduler.js'
import { Subtask } from '../async/subtask.js'

/** Calls with `async` pass more flat parameters than this through memory. */
const MAX_FLAT_ASYNC_PARAMS = 4

const asyncParams = ({ flatParams }: FunctionShape): readonly FlatType[] | undefined =>
  flatParams !== undefined && flatParams.length <= MAX_FLAT_ASYNC_PARAMS ? flatParams : undefined

/** The core types of a function lowered with `async`. */
export const asyncSignature = (shape: FunctionShape): CoreSignature => ({
  params: [
    ...(asyncParams(shape) ?? [shape.address]),
    ...(shape.result === undefined ? [] : [shape.address]),
  ],
  results: ['i32'],
})

/** `canon lower` with `async`: returns the state of the call and the handle of its subtask. */
export function makeAsyncLowered(
  instantiation: Instantiation,
  linked: LinkedFunction,
  canon: CanonPlan,
): CoreFunction {
  const begin = beginning(instantiation, linked, canon)
  return (...values) => begin(values).report()
}

/**
 * The same for a function of another component. If the callee only waits for a task that is ready to continue, it begins before
 * this returns, so that the caller does not depend on their order.
 */
export function makeDeferringLowered(
  instantiation: Instantiation,
  linked: LinkedFunction,
  canon: CanonPlan,
  waiting: MakeWaiting,
): object {
  const { scheduler } = instantiation
  const begin = beginning(instantiation, linked, canon)
  return waiting(instantiation, (...values): Outcome => {
    const { callee, report } = begin(values)
    if (callee.isDue !== true || !scheduler.thread().canSuspend) return { value: report() }
    return {
      wait: (goOn) => {
        const proceed = () => {
          if (callee.isDue === true) scheduler.later(proceed)
          else goOn(report, 'first')
        }
        scheduler.later(proceed)
      },
    }
  })
}

type Begun = {
  readonly callee: AsyncCall
  /** Reports the state to the caller, once. */
  readonly report: () => number
}

function beginning(
  instantiation: Instantiation,
  linked: LinkedFunction,
  canon: CanonPlan,
): (values: readonly unknown[]) => Begun {
  const own = linked.shape.through(canon.address)
  const shape = { ...own, flatParams: asyncParams(own) }
  const instance = instantiation.instance(canon.instance)
  const start = instantiation.start(linked)
  return (values) => {
    instance.checkLeave()
    const flat = values.map(toFlat)
    const call = callContext(instantiation, canon)
    const subtask = new Subtask(call)
    const callee = start({
      begin: () => {
        subtask.begin()
        return liftArguments(call, shape, flat)
      },
      resolve: (resolved) => {
        if (resolved !== undefined)
          storeResult(call, shape, flat, shape.flatParams?.length ?? 1, resolved.value)
        subtask.resolve(resolved !== undefined)
      },
    })
    subtask.callee = callee
    const report = () => {
      if (subtask.isResolved) {
        subtask.deliver()
        return subtask.code
      }
      subtask.index = instance.handles.addEntry(subtask)
      return subtask.code | (subtask.index << 4)
    }
    return { callee, report }
  }
}

/** `canon lower` of an async function without `async`: the guest is suspended during the call. */
export function makeWaitingLowered(
  instantiation: Instantiation,
  linked: LinkedFunction,
  canon: CanonPlan,
  waiting: MakeWaiting,
): object {
  const shape = linked.shape.through(canon.address)
  const { scheduler } = instantiation
  const instance = instantiation.instance(canon.instance)
  const callee = instantiation.start(linked)
  return waiting(instantiation, (...values): Outcome => {
    instance.checkLeave()
    checkMayBlock(scheduler.thread())
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
  { result, address }: FunctionShape,
  flat: FlatValues,
  index: number,
  value: unknown,
): void {
  if (result === undefined) return
  const at = addressAt(flat, index, address)
  call.memory.check(at, result.size, result.align)
  result.store(call, at, value)
}
