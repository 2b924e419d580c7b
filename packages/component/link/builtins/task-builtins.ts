import { callContext } from '../calls/canon.js'
import type { CanonPlan } from '../abi/canon-plan.js'
import { resolveMemory } from '../calls/core-item.js'
import { addressAt } from '../abi/address.js'
import { MAX_FLAT_PARAMS } from '../abi/flat.js'
import type { Run } from '../calls/run.js'
import { toFlat } from '../calls/lower.js'
import { trap } from '../abi/trap.js'
import { i32, leaving, type MakeBuiltin } from './builtin.js'
import type { Outcome } from '../calls/jspi.js'
import type { Task } from '../async/task.js'
import { CANCELLED, NO_EVENT } from '../async/waitable.js'

const asyncTask = (run: Run, instance: number): Task => {
  leaving(run, instance)
  const task = run.scheduler.task()
  return task.isAsync ? task : trap('a built-in function for async functions was called by another one')
}

const taskReturn: MakeBuiltin = ({ result, resultId, instance, canon }) => {
  const flatResult = result === undefined ? [] : result.flat
  const flat = flatResult !== undefined && flatResult.length <= MAX_FLAT_PARAMS ? flatResult : undefined
  return {
    params: flat ?? [canon.address],
    results: [],
    make:
      (run) =>
      (...values: unknown[]) => {
        const task = asyncTask(run, instance)
        if (task.shape.resultId !== resultId || !areSameOptions(run, task.canon, canon))
          trap('invalid `task.return` signature and/or options for current task')
        task.return(result && liftReturned(run, values))
      },
  }

  function liftReturned(run: Run, values: readonly unknown[]): unknown {
    if (result === undefined) return undefined
    const call = callContext(run, canon)
    if (flat !== undefined) return result.lift(call, values.map(toFlat), 0)
    const at = addressAt(values.map(toFlat), 0, canon.address)
    call.memory.check(at, result.size, result.align)
    return result.load(call, at)
  }
}

/** A memory that one of them has no use for is none that differs. */
function areSameOptions(run: Run, lift: CanonPlan, own: CanonPlan): boolean {
  if (lift.strings !== own.strings) return false
  if (lift.memory === undefined || own.memory === undefined) return true
  return resolveMemory(run, lift.memory) === resolveMemory(run, own.memory)
}

const taskCancel: MakeBuiltin = ({ instance }) => ({
  params: [],
  results: [],
  make: (run) => () => asyncTask(run, instance).confirmCancel(),
})

const slotOf = (slot: number | undefined): 0 | 1 =>
  slot === 0 || slot === 1 ? slot : trap('a slot of the context that is not there')

const contextGet: MakeBuiltin = ({ definition }) => {
  const slot = slotOf(definition.slot)
  return { params: [], results: ['i32'], make: (run) => () => run.scheduler.storage[slot] }
}

const contextSet: MakeBuiltin = ({ definition }) => {
  const slot = slotOf(definition.slot)
  return {
    params: ['i32'],
    results: [],
    make: (run) => (value: unknown) => {
      run.scheduler.storage[slot] = i32(value)
    },
  }
}

const backpressure =
  (params: readonly ['i32'] | readonly [], change: (before: number, value: unknown) => number): MakeBuiltin =>
  ({ instance }) => ({
    params,
    results: [],
    make: (run) => (value: unknown) =>
      run.instance(instance).gate.setBackpressure((before) => change(before, value)),
  })

const threadYield: MakeBuiltin = ({ definition, instance, waiting: waitingOf }) => {
  const cancellable = definition.flag === true
  const signature = { params: [], results: ['i32'] } as const
  const waiting = waitingOf(signature)
  return {
    ...signature,
    make: (run) =>
      waiting(run, (): Outcome => {
        leaving(run, instance)
        const { task, canSuspend } = run.scheduler.thread()
        if (task.deliverCancel(cancellable)) return { value: 1 }
        // What may not block continues at once.
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
