import { callContext } from '../calls/canon.js'
import type { CanonPlan } from '../abi/canon-plan.js'
import type { Instantiation } from '../calls/instantiation.js'
import { trap } from '../abi/trap.js'
import { COPY, type CopyResult } from '../async/channel.js'
import { endAt, type ChannelType, type Direction, type End } from '../async/end.js'
import { GuestBuffer } from '../async/guest-buffer.js'
import { BLOCKED } from '../async/subtask.js'
import { EVENT } from '../async/waitable.js'

type EndPlan = { readonly type: ChannelType; readonly direction: Direction }
export type CopyPlan = EndPlan & {
  /** Whether the guest does not block during the call. */
  readonly isAsync: boolean
}

export function findEnd(
  instantiation: Instantiation,
  instance: number,
  index: number,
  { type, direction }: EndPlan,
): End {
  return endAt(instantiation.instance(instance).handles, index, type, direction)
}

/** `stream.read`, `future.write` and the like: begins to copy. If the copy completes at once, the end has an event. */
export function beginCopy(
  instantiation: Instantiation,
  canon: CanonPlan,
  plan: CopyPlan,
  index: number,
  at: number,
  length: number,
): End {
  const { type, direction } = plan
  const end = findEnd(instantiation, canon.instance, index, plan)
  end.checkIdle()
  if (!plan.isAsync) end.checkSynchronous()
  const buffer = new GuestBuffer(callContext(instantiation, canon), type, at, length)
  const tell = (result: CopyResult, reclaim?: () => void) =>
    end.setEvent(() => {
      reclaim?.()
      end.finish(result)
      const progress = type.kind === 'stream' ? buffer.progress << 4 : 0
      return [EVENT[`${type.kind}-${direction}`], index, result | progress]
    })
  end.buffer = buffer
  end.state = plan.isAsync ? 'copying' : 'copying-synchronously'
  const pending = {
    side: buffer,
    meets: ({ side }: { readonly side: unknown }) => buffer.checkMeets(side),
    copied: (reclaim: () => void) => {
      // A future has only one value.
      if (type.kind === 'future') reclaim()
      tell(COPY.completed, reclaim)
    },
    done: (result: CopyResult) => tell(result),
  }
  if (direction === 'read') end.channel.read(pending)
  else end.channel.write(pending)
  return end
}

/** If the cancellation completes at once, the end has an event. */
export function beginCancel(
  instantiation: Instantiation,
  instance: number,
  plan: CopyPlan,
  index: number,
): End {
  const end = findEnd(instantiation, instance, index, plan)
  if (end.state !== 'copying')
    trap(`cannot cancel a ${plan.direction} of a ${plan.type.kind} which is not in progress`)
  if (!plan.isAsync) end.checkSynchronous()
  end.state = 'cancelling'
  // The cancellation reports the number of values copied so far.
  if (end.buffer !== undefined) end.channel.cancel(end.buffer)
  return end
}

/** The result of an `async` built-in: that of the copy if it has ended, otherwise BLOCKED; then the event comes later. */
export const outcomeNow = (end: End): number => (end.hasEvent ? end.takeEvent()[2] : BLOCKED)
