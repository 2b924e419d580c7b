import { callContext } from '../canon.js'
import { MAX_FLAT_PARAMS } from '../abi/flat.js'
import type { Run } from '../run.js'
import { toFlat } from '../lower.js'
import { trap } from '../trap.js'
import { i32, leaving, type MakeBuiltin } from './builtin.js'
import { suspending } from './jspi.js'
import type { Task } from './task.js'
import { CANCELLED, NO_EVENT } from './waitable.js'

const asyncTask = (run: Run, instance: number): Task => {
  leaving(run, instance)
  const task = run.scheduler.task()
  return task.isAsync ? task : trap('a built-in function for async functions was called by another one')
}

const taskReturn: MakeBuiltin = ({ result, instance, canon }) => {
  const flatResult = result === undefined ? [] : result.flat
  const flat = flatResult !== undefined && flatResult.length <= MAX_FLAT_PARAMS ? flatResult : undefined
  return {
    params: flat ?? ['i32'],
    results: [],
    make:
      (run) =>
      (...values: unknown[]) => {
        const task = asyncTask(run, instance)
        const wanted = task.shape.result
        if (wanted?.kind !== result?.kind || wanted?.size !== result?.size)
          trap('task.return is of another type than the function')
        task.return(result && liftReturned(run, values))
      },
  }

  function liftReturned(run: Run, values: readonly unknown[]): unknown {
    if (result === undefined) return undefined
    const call = callContext(run, canon)
    if (flat !== undefined) return result.lift(call, values.map(toFlat), 0)
    const at = i32(values[0])
    call.memory.check(at, result.size, result.align)
    return result.load(call, at)
  }
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

const threadYield: MakeBuiltin = ({ definition, instance }) => ({
  params: [],
  results: ['i32'],
  make: (run) =>
    suspending(() => {
      leaving(run, instance)
      const task = run.scheduler.task()
      return run.scheduler.suspend((goOn) =>
        task.yield(definition.flag === true, (event) => goOn(() => Number(event === CANCELLED)), NO_EVENT),
      )
    }),
})

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
