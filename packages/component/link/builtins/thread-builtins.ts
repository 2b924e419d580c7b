import { threadModule } from '../calls/adapter.js'
import { resolve } from '../calls/core-item.js'
import type { Instantiation } from '../calls/instantiation.js'
import type { InstanceThread } from '../abi/thread-table.js'
import { trap } from '../abi/trap.js'
import { i32, leaving, type MakeBuiltin } from './builtin.js'
import { beginWithin, functionOf, promising, type Outcome } from '../calls/jspi.js'
import { Thread } from '../async/thread.js'

const threadIndex: MakeBuiltin = ({ instance }) => ({
  params: [],
  results: ['i32'],
  make: (instantiation) => () => {
    leaving(instantiation, instance)
    return instantiation.scheduler.thread().index
  },
})

const newIndirect: MakeBuiltin = ({ instance, thread }) => {
  if (thread === undefined) throw new Error('a thread without a start function')
  const { argument, table } = thread
  const index = table.from === 'instance' ? table.address : 'i32'
  const module = threadModule(index, argument)
  return {
    params: [index, argument],
    results: ['i32'],
    make: (instantiation) => {
      const { scheduler } = instantiation
      const done = () => scheduler.ended(undefined)
      const { exports } = new WebAssembly.Instance(module, {
        '': { table: resolve(instantiation, table), done },
      })
      const enter = promising(functionOf(exports, 'run'))
      const fits = functionOf(exports, 'fits')
      return (index: unknown, closure: unknown) => {
        leaving(instantiation, instance)
        if (fits(index) !== 1) trap('a thread whose start function has another type')
        const { task } = scheduler.thread()
        task.join()
        const made = new Thread(task, true)
        made.start = () =>
          scheduler.run(
            made,
            () => enter(index, closure),
            () => made.leave(),
          )
        return made.index
      }
    },
  }
}

/** A thread that has not started, or is suspended. */
function suspended(instantiation: Instantiation, instance: number, index: unknown): InstanceThread {
  const { threads } = leaving(instantiation, instance)
  const other = threads.get(i32(index))
  const isSuspended = other.start !== undefined || other.wake !== undefined
  return isSuspended && !threads.ready.has(other)
    ? other
    : trap('cannot resume a thread which is not suspended')
}

const resumeLater: MakeBuiltin = ({ instance }) => ({
  params: ['i32'],
  results: [],
  make: (instantiation) => (index: unknown) => {
    const other = suspended(instantiation, instance, index)
    if (other.start === undefined) {
      other.wake?.('later')
      return
    }
    const { ready } = instantiation.instance(instance).threads
    ready.add(other)
    instantiation.scheduler.later(() => {
      if (!ready.delete(other)) return
      const { start } = other
      other.start = undefined
      start?.()
    })
  },
})

/** Runs another thread at once. If that thread blocks on a stack of its own, the caller has to wait too. */
function switchTo(thread: Thread, other: InstanceThread): boolean {
  if (other.start === undefined) {
    other.wake?.('first')
    return true
  }
  beginWithin(thread, other)
  return false
}

/** A ready thread that has not started and can go first. A thread on a suspended stack keeps its turn. */
function promoted(
  instantiation: Instantiation,
  instance: number,
  index: unknown,
): InstanceThread | undefined {
  const { threads } = leaving(instantiation, instance)
  const other = threads.get(i32(index))
  return threads.ready.delete(other) ? other : undefined
}

type Way = { readonly other: 'resume' | 'promote' | undefined; readonly suspends: boolean }

/** `thread.suspend`, `thread.yield-then-resume` and the like. */
const switching =
  ({ other: which, suspends }: Way): MakeBuiltin =>
  ({ definition, instance, waiting: waitingOf }) => {
    const cancellable = definition.flag === true
    const signature = { params: which === undefined ? [] : (['i32'] as const), results: ['i32'] } as const
    const waiting = waitingOf(signature)
    return {
      ...signature,
      make: (instantiation) =>
        waiting(instantiation, (index): Outcome => {
          leaving(instantiation, instance)
          const { scheduler } = instantiation
          const thread = scheduler.thread()
          const target = which === 'resume' ? suspended(instantiation, instance, index) : undefined
          if (thread.task.deliverCancel(cancellable)) return { value: 1 }
          const other = which === 'promote' ? promoted(instantiation, instance, index) : target
          if (suspends) return suspend(thread, other, cancellable)
          const mustWait = other !== undefined && switchTo(thread, other)
          return mustWait && thread.canSuspend ? { wait: (goOn) => goOn(() => 0) } : { value: 0 }
        }),
    }
  }

function suspend(thread: Thread, other: InstanceThread | undefined, cancellable: boolean): Outcome {
  let resumed: { readonly cancelled: boolean; readonly when: 'first' | 'later' } | undefined
  let goOn: ((result: NonNullable<typeof resumed>) => void) | undefined
  const resume = (result: NonNullable<typeof resumed>) => {
    settle?.()
    thread.wake = undefined
    if (goOn === undefined) resumed = result
    else goOn(result)
  }
  thread.wake = (when) => resume({ cancelled: false, when })
  const interrupt = () => resume({ cancelled: true, when: 'first' })
  const settle = cancellable ? thread.task.interruptible(interrupt) : undefined
  if (other !== undefined) switchTo(thread, other)
  if (resumed !== undefined) return { value: Number(resumed.cancelled) }
  return {
    wait: (resumeStack) => {
      goOn = ({ cancelled, when }) => resumeStack(() => Number(cancelled), when)
    },
  }
}

export const threadBuiltins: readonly (readonly [string, MakeBuiltin])[] = [
  ['thread.index', threadIndex],
  ['thread.new-indirect', newIndirect],
  ['thread.resume-later', resumeLater],
  ['thread.suspend', switching({ other: undefined, suspends: true })],
  ['thread.suspend-then-resume', switching({ other: 'resume', suspends: true })],
  ['thread.yield-then-resume', switching({ other: 'resume', suspends: false })],
  ['thread.suspend-then-promote', switching({ other: 'promote', suspends: true })],
  ['thread.yield-then-promote', switching({ other: 'promote', suspends: false })],
]
