import { callContext } from './canon.js'
import type { CanonPlan } from '../abi/canon-plan.js'
import type { InstanceState } from '../abi/instance-state.js'
import type { Instantiation } from './instantiation.js'
import { Task } from '../async/task.js'
import { Thread } from '../async/thread.js'

const NOTHING = () => undefined

/** Runs code of a component outside of any call, such as during instantiation: a task that must not block. */
export function asSynchronousTask<T>(instantiation: Instantiation, instance: number, code: () => T): T {
  if (!instantiation.usesAsync) return code()
  const { scheduler } = instantiation
  scheduler.checkAlive()
  const canon: CanonPlan = {
    instance,
    strings: 'utf8',
    memory: undefined,
    address: 'i32',
    realloc: undefined,
    postReturn: undefined,
  }
  const task = new Task({
    scheduler,
    call: callContext(instantiation, canon),
    shape: { async: false, resultId: undefined },
    canon,
    isAsync: false,
    resolve: NOTHING,
  })
  const thread = new Thread(task, false)
  const returned = scheduler.within(thread, code)
  task.return(undefined)
  thread.leave()
  return returned
}

/** The same, while nothing else of the instance may run. */
export const enteringInstance = <T>(state: InstanceState, code: () => T): T => {
  state.enter()
  const returned = code()
  state.exit()
  return returned
}
