import { callContext } from '../calls/canon.js'
import type { CanonPlan } from '../abi/canon-plan.js'
import { resolveMemory } from '../calls/core-item.js'
import { addressAt } from '../abi/address.js'
import { MAX_FLAT_PARAMS } from '../abi/flat.js'
import type { Instantiation } from '../calls/instantiation.js'
import { toFlat } from '../calls/lower.js'
import { trap } from '../abi/trap.js'
import { i32, leaving, type MakeBuiltin } from './builtin.js'
import type { Outcome } from '../calls/jspi.js'
import type { Task } from '../async/task.js'
import { CANCELLED, NO_EVENT } from '../async/waitable.js'

const asyncTask = (instantiation: Instantiation, instance: number): Task => {
  leaving(instantiation, instance)
  const task = instantiation.scheduler.task()
  return task.isAsync ? task : trap('a built-in function for async functions was called by another one')
}

const taskReturn: MakeBuiltin = ({ result, resultId, instance, canon }) => {
  const flatResult = result === undefined ? [] : result.flat
  const flat = flatResult !== undefined && flatResult.length <= MAX_FLAT_PARAMS ? flatResult : undefined
  return {
    params: flat ?? [canon.address],
    results: [],
    make:
      (instantiation) =>
      (...values: unknown[]) => {
        const task = asyncTask(instantiation, instance)
        if (task.shape.resultId !== resultId || !areSameOptions(instantiation, task.canon, canon))
          trap('invalid `task.return` signature and/or options for current task')
        task.return(result && liftReturned(instantiation, values))
      },
  }

  function liftReturned(instantiation: Instantiation, values: readonly unknown[]): unknown {
    if (result === undefined) return undefined
    const call = callContext(instantiation, canon)
    if (flat !== undefined) return result.lift(call, values.map(toFlat), 0)
    const at = addressAt(values.map(toFlat), 0, canon.address)
    call.memory.check(at, result.size, result.align)
    return result.load(call, at)
  }
}

/** A memory that either of them does not use is not a difference. */
function areSameOptions(instantiation: Instantiation, lift: CanonPlan, own: CanonPlan): boolean {
  if (lift.strings !== own.strings) return false
  if (lift.memory === undefined || own.memory === undefined) return true
  return resolveMemory(instantiation, lift.memory) === resolveMemory(instantiation, own.memory)
}

const taskCancel: MakeBuiltin = ({ instance }) => ({
  params: [],
  results: [],
  make: (instantiation) => () => asyncTask(instantiation, instance).confirmCancel(),
})

const slotOf = (slot: number | undefined): 0 | 1 =>
  slot === 0 || slot === 1 ? slot : trap('a context slot that does not exist')

const narrow = (value: number | bigint): number =>
  typeof value === 'number' ? value : Number(BigInt.asUintN(32, value))

const contextGet: MakeBuiltin = ({ definition }) => {
  const slot = slotOf(definition.slot)
  const { slotType = 'i32' } = definition
  return {
    params: [],
    results: [slotType],
    make: (instantiation) =>
      slotType === 'i32'
        ? () => narrow(instantiation.scheduler.storage[slot])
        : () => BigInt(instantiation.scheduler.storage[slot]),
  }
}

const contextSet: MakeBuiltin = ({ definition }) => {
  const slot = slotOf(definition.slot)
  return {
    params: [definition.slotType ?? 'i32'],
    results: [],
    make: (instantiation) => (value: unknown) => {
      instantiation.scheduler.storage[slot] =
        typeof value === 'bigint' ? BigInt.asUintN(64, value) : i32(value)
    },
  }
}

const backpressure =
  (params: readonly ['i32'] | readonly [], change: (before: number, value: unknown) => number): MakeBuiltin =>
  ({ instance }) => ({
    params,
    results: [],
    make: (instantiation) => (value: unknown) =>
      instantiation.instance(instance).gate.setBackpressure((before) => change(before, value)),
  })

const threadYield: MakeBuiltin = ({ definition, instance, waiting: waitingOf }) => {
  const cancellable = definition.flag === true
  const signature = { params: [], results: ['i32'] } as const
  const waiting = waitingOf(signature)
  return {
    ...signature,
    make: (instantiation) =>
      waiting(instantiation, (): Outcome => {
        leaving(instantiation, instance)
        const { task, canSuspend } = instantiation.scheduler.thread()
        if (task.deliverCancel(cancellable)) return { value: 1 }
        // A task that must not block continues at once.
        if (!canSuspend || !task.mayBlock) return { value: 0 }
        return {
          wait: (goOn) =>
            task.yield(
              cancellable,
              (event, first) => goOn(() => Number(event === CANCELLED), first ? 'first' : 'later'),
              NO_EVENT,
            ),
        }
      }),
  }
}

export const taskBuiltins: readonly (readonly [string, MakeBuiltin])[] = [
  ['task.return', taskReturn],
  ['task.cancel', taskCancel],
  ['context.get', contextGet],
  ['context.set', contextSet],
  ['backpressure.set', backpressure(['i32'], (_before, value) => Number(i32(value) !== 0))],
  ['backpressure.inc', backpressure([], (before) => before + 1)],
  ['backpressure.dec', backpressure([], (before) => before - 1)],
  ['thread.yield', threadYield],
]
