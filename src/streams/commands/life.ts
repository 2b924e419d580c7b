import type { Received, StartCommand, StopCommand } from '../../model/command.js'
import { ended, ofCommand } from '../../model/ended.js'
import type { TaskEvent } from '../../model/task-event.js'
import { isSameOrder } from './same-order.js'

/** The state of one ID. Every state but `free` holds the start command of its task. */
export type Life =
  /** No task: before the first one, and after the last. */
  | { readonly state: 'free' }
  /** It began less than `REDELIVERY_MS` ago; once it has `ended`, only the same order is a redelivery. */
  | { readonly state: 'fresh' | 'ended'; readonly start: Received<StartCommand> }
  | { readonly state: 'running'; readonly start: Received<StartCommand> }
  /** One start may wait for its end. */
  | {
      readonly state: 'stopping'
      readonly start: Received<StartCommand>
      readonly next?: Received<StartCommand>
    }

/** The last task ended, or `REDELIVERY_MS` have passed since it began. */
export type LifeNews = { readonly type: 'task-ended' | 'redelivery-over'; readonly id: string }

/** A command for the ID, or the outcome of an earlier one. */
export type LifeInput = Received<StartCommand | StopCommand> | LifeNews

/**
 * An effect to carry out. `stop` stops the last task and ends the wait for a redelivery; `leave` unsubscribes from a
 * latent task without reporting its end.
 */
export type LifeEffect =
  | { readonly type: 'begin'; readonly start: Received<StartCommand> }
  | { readonly type: 'stop' | 'leave'; readonly id: string }
  | { readonly type: 'tell'; readonly event: TaskEvent }

export type LifeStep = { readonly life: Life; readonly effects: readonly LifeEffect[] }

export const FREE: Life = { state: 'free' }

const begin = (start: Received<StartCommand>, ...before: readonly LifeEffect[]): LifeStep => ({
  life: { state: 'fresh', start },
  effects: [...before, { type: 'begin', start }],
})
const tell = (life: Life, event: TaskEvent): LifeStep => ({ life, effects: [{ type: 'tell', event }] })
const quietly = (life: Life): LifeStep => ({ life, effects: [] })

const onStart = (life: Life, start: Received<StartCommand>): LifeStep => {
  const { id } = start
  if (life.state === 'free') return begin(start)
  if (life.state === 'ended' && !isSameOrder(life.start, start)) return begin(start, { type: 'stop', id })
  if (life.state === 'stopping' && life.next === undefined) return quietly({ ...life, next: start })
  if (life.state === 'running' && life.start.latent)
    return begin(
      start,
      { type: 'tell', event: { type: 'replaced', id, ...ofCommand(life.start) } },
      { type: 'leave', id },
    )
  return tell(life, { type: 'duplicate', id, ...ofCommand(start) })
}

const onStop = (life: Life, { id }: StopCommand): LifeStep => {
  switch (life.state) {
    case 'free':
      return tell(life, { type: 'unknown-stop', id })
    case 'ended':
      return { life: FREE, effects: [{ type: 'stop', id }] }
    case 'stopping':
      if (life.next !== undefined)
        return tell(
          { state: 'stopping', start: life.start },
          ended(life.next, { kind: 'stopped', results: '' }),
        )
      return { life, effects: [{ type: 'stop', id }] }
    case 'fresh':
    case 'running':
      return { life: { state: 'stopping', start: life.start }, effects: [{ type: 'stop', id }] }
  }
}

const onTaskEnded = (life: Life): LifeStep => {
  if (life.state === 'fresh') return quietly({ state: 'ended', start: life.start })
  return life.state === 'stopping' && life.next !== undefined ? begin(life.next) : quietly(FREE)
}

const onRedeliveryOver = (life: Life): LifeStep => {
  if (life.state === 'fresh') return quietly({ state: 'running', start: life.start })
  return quietly(life.state === 'ended' ? FREE : life)
}

/**
 * One task per ID. A start with an ID in use is a duplicate, but a latent task is idle, so a start replaces it. Of a task
 * that has just ended, only the same order is one.
 * A stop frees the ID: a later start waits only until the stopped task has ended.
 */
export const stepLife = (life: Life, input: LifeInput): LifeStep => {
  switch (input.type) {
    case 'start':
      return onStart(life, input)
    case 'stop':
      return onStop(life, input)
    case 'task-ended':
      return onTaskEnded(life)
    case 'redelivery-over':
      return onRedeliveryOver(life)
  }
}
