import { resolveMemory, type CoreItem } from '../core-item.js'
import type { LinearMemory } from '../abi/linear-memory.js'
import type { Run } from '../run.js'
import { i32, leaving, type MakeBuiltin } from './builtin.js'
import { suspending } from './jspi.js'
import { BLOCKED, Subtask } from './subtask.js'
import { CANCELLED, NO_EVENT, Waitable, WaitableSet, type Event } from './waitable.js'

const setNew: MakeBuiltin = ({ instance }) => ({
  params: [],
  results: ['i32'],
  make: (run) => () => leaving(run, instance).handles.addEntry(new WaitableSet()),
})

const setWait: MakeBuiltin = ({ definition, instance, memory }) => ({
  params: ['i32', 'i32'],
  results: ['i32'],
  make: (run) => {
    const bytes = memoryOf(run, memory)
    const { scheduler } = run
    return suspending((index, at) => {
      const set = leaving(run, instance).handles.entry(i32(index), WaitableSet)
      const task = scheduler.task()
      return scheduler.suspend((goOn) =>
        task.waitFor(set, definition.flag === true, (event) => goOn(() => store(bytes, i32(at), event))),
      )
    })
  },
})

const setPoll: MakeBuiltin = ({ definition, instance, memory }) => ({
  params: ['i32', 'i32'],
  results: ['i32'],
  make: (run) => {
    const bytes = memoryOf(run, memory)
    return (index: unknown, at: unknown) => {
      const set = leaving(run, instance).handles.entry(i32(index), WaitableSet)
      const isCancelled = run.scheduler.task().deliverCancel(definition.flag === true)
      return store(bytes, i32(at), isCancelled ? CANCELLED : set.hasEvent ? set.takeEvent() : NO_EVENT)
    }
  },
})

const setDrop: MakeBuiltin = ({ instance }) => ({
  params: ['i32'],
  results: [],
  make: (run) => (index: unknown) => {
    const { handles } = leaving(run, instance)
    handles.entry(i32(index), WaitableSet).drop()
    handles.removeEntry(i32(index))
  },
})

const join: MakeBuiltin = ({ instance }) => ({
  params: ['i32', 'i32'],
  results: [],
  make: (run) => (index: unknown, set: unknown) => {
    const { handles } = leaving(run, instance)
    const waitable = handles.entry(i32(index), Waitable)
    waitable.join(i32(set) === 0 ? undefined : handles.entry(i32(set), WaitableSet))
  },
})

const subtaskCancel: MakeBuiltin = ({ definition, instance }) => ({
  params: ['i32'],
  results: ['i32'],
  make: (run) => {
    const find = (index: unknown) => leaving(run, instance).handles.entry(i32(index), Subtask)
    const cancel = (subtask: Subtask) => {
      subtask.cancel()
      return subtask.isResolved
    }
    if (definition.flag === true)
      return (index: unknown) => {
        const subtask = find(index)
        return cancel(subtask) ? subtask.takeEvent()[2] : BLOCKED
      }
    return suspending((index) => {
      const subtask = find(index)
      return run.scheduler.suspend((goOn) => {
        const wait = () => {
          if (subtask.isResolved) goOn(() => subtask.takeEvent()[2])
          else {
            // That it began is not what is waited for.
            if (subtask.hasEvent) subtask.takeEvent()
            subtask.whenEvent(wait)
          }
        }
        cancel(subtask)
        wait()
      })
    })
  },
})

const subtaskDrop: MakeBuiltin = ({ instance }) => ({
  params: ['i32'],
  results: [],
  make: (run) => (index: unknown) => {
    const { handles } = leaving(run, instance)
    handles.entry(i32(index), Subtask).drop()
    handles.removeEntry(i32(index))
  },
})

const memoryOf = (run: Run, memory: CoreItem | undefined): LinearMemory =>
  run.memory(memory && resolveMemory(run, memory))

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
