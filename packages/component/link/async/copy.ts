import { callContext, type CanonPlan } from '../canon.js'
import type { Run } from '../run.js'
import { trap } from '../trap.js'
import { COPY, type CopyResult } from './channel.js'
import type { ChannelType, Direction, End } from './end.js'
import { GuestBuffer } from './guest-buffer.js'
import { BLOCKED } from './subtask.js'
import { EVENT } from './waitable.js'

export type CopyPlan = { readonly type: ChannelType; readonly direction: Direction }

export function findEnd(run: Run, instance: number, index: number, { type, direction }: CopyPlan): End {
  return run.instance(instance).handles.end(index, type, direction)
}

/** `stream.read`, `future.write` and the like: begins to copy. The end has an event if that was all. */
export function beginCopy(
  run: Run,
  canon: CanonPlan,
  plan: CopyPlan,
  index: number,
  at: number,
  length: number,
): End {
  const { type, direction } = plan
  run.instance(canon.instance).checkLeave()
  const end = findEnd(run, canon.instance, index, plan)
  if (end.state !== 'idle') trap(`a ${type.kind} is read or written that is in use or at its end`)
  const buffer = new GuestBuffer(callContext(run, canon), type.element, at, length)
  const tell = (result: CopyResult, reclaim?: () => void) =>
    end.setEvent(() => {
      reclaim?.()
      const isOver = result === COPY.dropped || (type.kind === 'future' && result === COPY.completed)
      end.state = isOver ? 'done' : 'idle'
      const progress = type.kind === 'stream' ? buffer.progress << 4 : 0
      return [EVENT[`${type.kind}-${direction}`], index, result | progress]
    })
  end.state = 'copying'
  const pending = {
    side: buffer,
    copied: (reclaim: () => void) => {
      // Of a future there is no more to come.
      if (type.kind === 'future') reclaim()
      tell(COPY.completed, reclaim)
    },
    done: (result: CopyResult) => tell(result),
  }
  if (direction === 'read') end.channel.read(pending)
  else end.channel.write(pending)
  return end
}

/** The end has an event if that was all. */
export function beginCancel(run: Run, instance: number, plan: CopyPlan, index: number): End {
  run.instance(instance).checkLeave()
  const end = findEnd(run, instance, index, plan)
  if (end.state !== 'copying') trap(`a ${plan.type.kind} is cancelled that is not read or written`)
  if (!end.hasEvent) {
    end.state = 'cancelling'
    end.channel.cancel()
  }
  return end
}

/** What an `async` builtin returns; the event comes later otherwise. */
export const outcomeNow = (end: End): number => (end.hasEvent ? end.takeEvent()[2] : BLOCKED)
