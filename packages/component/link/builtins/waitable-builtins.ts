import type { AddressType } from '../../wasm/value-types.js'
import type { CoreSignature } from '../calls/adapter.js'
import { resolveMemory } from '../calls/core-item.js'
import type { CoreItem } from '../abi/canon-plan.js'
import type { LinearMemory } from '../abi/linear-memory.js'
import type { Instantiation } from '../calls/instantiation.js'
import { address, i32, leaving, type MakeBuiltin } from './builtin.js'
import { checkMayBlock, type Outcome } from '../calls/jspi.js'
import { BLOCKED, Subtask } from '../async/subtask.js'
import { CANCELLED, NO_EVENT, Waitable, WaitableSet, type Event } from '../async/waitable.js'

const setNew: MakeBuiltin = ({ instance }) => ({
  params: [],
  results: ['i32'],
  make: (instantiation) => () => leaving(instantiation, instance).handles.addEntry(new WaitableSet()),
})

const setWait: MakeBuiltin = ({ definition, instance, memory, waiting: waitingOf }) => {
  const cancellable = definition.flag === true
  const signature: CoreSignature = { params: ['i32', addressOf(memory)], results: ['i32'] }
  const waiting = waitingOf(signature)
  return {
    ...signature,
    make: (instantiation) => {
      const bytes = memoryOf(instantiation, memory)
      const { scheduler } = instantiation
      return waiting(instantiation, (index, at): Outcome => {
        const state = leaving(instantiation, instance)
        const thread = scheduler.thread()
        checkMayBlock(thread)
        const { task } = thread
        const set = state.handles.entry(i32(index), WaitableSet)
        if (task.deliverCancel(cancellable)) return { value: store(bytes, address(at), CANCELLED) }
        if (set.hasEvent) return { value: store(bytes, address(at), set.takeEvent()) }
        return {
          wait: (goOn) =>
            task.waitFor(set, cancellable, (event, first) =>
              goOn(() => store(bytes, address(at), event), first ? 'first' : 'later'),
            ),
        }
      })
    },
  }
}

const setPoll: MakeBuiltin = ({ definition, instance, memory }) => ({
  params: ['i32', addressOf(memory)],
  results: ['i32'],
  make: (instantiation) => {
    const bytes = memoryOf(instantiation, memory)
    return (index: unknown, at: unknown) => {
      const set = leaving(instantiation, instance).handles.entry(i32(index), WaitableSet)
      const isCancelled = instantiation.scheduler.task().deliverCancel(definition.flag === true)
      return store(bytes, address(at), isCancelled ? CANCELLED : set.hasEvent ? set.takeEvent() : NO_EVENT)
    }
  },
})

const setDrop: MakeBuiltin = ({ instance }) => ({
  params: ['i32'],
  results: [],
  make: (instantiation) => (index: unknown) => {
    const { handles } = leaving(instantiation, instance)
    handles.entry(i32(index), WaitableSet).drop()
    handles.removeEntry(i32(index))
  },
})

const join: MakeBuiltin = ({ instance }) => ({
  params: ['i32', 'i32'],
  results: [],
  make: (instantiation) => (index: unknown, set: unknown) => {
    const { handles } = leaving(instantiation, instance)
    const waitable = handles.entry(i32(index), Waitable)
    waitable.join(i32(set) === 0 ? undefined : handles.entry(i32(set), WaitableSet))
  },
})

const subtaskCancel: MakeBuiltin = ({ definition, instance, waiting: waitingOf }) => {
  const isAsync = definition.flag === true
  const signature = { params: ['i32'], results: ['i32'] } as const
  const waiting = waitingOf(signature)
  return {
    ...signature,
    make: (instantiation) => {
      const { scheduler } = instantiation
      return waiting(instantiation, (index): Outcome => {
        const state = leaving(instantiation, instance)
        const thread = scheduler.thread()
        if (!isAsync) checkMayBlock(thread)
        const subtask = state.handles.entry(i32(index), Subtask)
        if (!isAsync) subtask.checkSynchronous()
        const { handedOver } = scheduler
        subtask.cancel()
        const outcome = () => (subtask.isResolved ? subtask.takeEvent()[2] : BLOCKED)
        if (subtask.isResolved) return { value: outcome() }
        if (!isAsync) return { wait: (goOn) => whenResolved(subtask, () => goOn(outcome)) }
        // A cancelled thread that is suspended resumes at once; the caller waits until it blocks again.
        if (scheduler.handedOver > handedOver && thread.canSuspend)
          return { wait: (goOn) => goOn(outcome, 'second') }
        return { value: BLOCKED }
      })
    },
  }
}

function whenResolved(subtask: Subtask, done: () => void): void {
  if (subtask.isResolved) {
    done()
    return
  }
  // The caller does not wait for the event that the call began.
  if (subtask.hasEvent) subtask.takeEvent()
  subtask.whenEvent(() => whenResolved(subtask, done))
}

const subtaskDrop: MakeBuiltin = ({ instance }) => ({
  params: ['i32'],
  results: [],
  make: (instantiation) => (index: unknown) => {
    const { handles } = leaving(instantiation, instance)
    handles.entry(i32(index), Subtask).drop()
    handles.removeEntry(i32(index))
  },
})

const addressOf = (memory: CoreItem | undefined): AddressType =>
  memory?.from === 'instance' ? memory.address : 'i32'

const memoryOf = (instantiation: Instantiation, memory: CoreItem | undefined): LinearMemory =>
  instantiation.memory(memory && resolveMemory(instantiation, memory))

function store(memory: LinearMemory, at: number, [code, index, payload]: Event): number {
  memory.check(at, 8, 4)
  memory.view.setUint32(at, index, true)
  memory.view.setUint32(at + 4, payload, true)
  return code
}

export const waitableBuiltins: readonly (readonly [string, MakeBuiltin])[] = [
  ['waitable-set.new', setNew],
  ['waitable-set.wait', setWait],
  ['waitable-set.poll', setPoll],
  ['waitable-set.drop', setDrop],
  ['waitable.join', join],
  ['subtask.cancel', subtaskCancel],
  ['subtask.drop', subtaskDrop],
]
