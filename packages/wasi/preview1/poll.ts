import type { ClockName } from '../host/clocks.js'
import { HostError } from '../host/errors.js'
import { MAX_DESCRIPTORS } from '../host/holdings.js'
import { OUTPUT_ROOM } from '../host/stdio.js'
import { clockOf } from './clock.js'
import { SUCCESS, answer, errnoOf } from './errno.js'
import type { Guest } from './guest.js'
import { rights } from './rights.js'

const SUBSCRIPTION_BYTES = 48
const EVENT_BYTES = 32
/** More than a guest has descriptors would be of no use; as poll(2), which has RLIMIT_NOFILE there. */
const MAX_SUBSCRIPTIONS = 2 * MAX_DESCRIPTORS

/** `__wasi_eventtype_t`. */
const eventtypes = { clock: 0, read: 1, write: 2 } as const
const ABSTIME = 1
const HANGUP = 1

type Timer = { readonly clock: ClockName; readonly deadline: bigint }
type Event = {
  readonly userdata: bigint
  readonly type: number
  readonly error: number
  readonly size: bigint
  readonly flags: number
}
/** A subscription: an event that is there already, or one that comes with time. */
type Subscription = { readonly event: Event; readonly timer: Timer | undefined }

/** `poll_oneoff`. */
export function pollFunctions(guest: Guest) {
  const { memory, clocks } = guest
  return {
    poll_oneoff: answer((input: number, output: number, count: number, result: number) => {
      const length = count >>> 0
      const start = memory.check(input, length * SUBSCRIPTION_BYTES)
      const events = memory.check(output, length * EVENT_BYTES)
      memory.check(result, 4)
      if (length === 0 || length > MAX_SUBSCRIPTIONS) throw new HostError('EINVAL')
      const subscriptions = Array.from({ length }, (_, index) =>
        readSubscription(guest, start + index * SUBSCRIPTION_BYTES),
      )
      const first = soonest(subscriptions, clocks.now.bind(clocks))
      if (first !== undefined) clocks.sleepUntil(first.clock, first.deadline)
      const due = subscriptions.filter(({ timer }) => !timer || clocks.now(timer.clock) >= timer.deadline)
      due.forEach(({ event }, index) => {
        writeEvent(guest, events + index * EVENT_BYTES, event)
      })
      memory.setU32(result, due.length)
    }),
  }
}

/** The timer to wait for; none when there is an event already. */
function soonest(
  subscriptions: readonly Subscription[],
  now: (clock: ClockName) => bigint,
): Timer | undefined {
  let first: Timer | undefined
  let shortest: bigint | undefined
  for (const { timer } of subscriptions) {
    if (timer === undefined) return undefined
    const left = timer.deadline - now(timer.clock)
    if (shortest === undefined || left < shortest) {
      first = timer
      shortest = left
    }
  }
  return first
}

function readSubscription(guest: Guest, at: number): Subscription {
  const { memory } = guest
  const type = memory.getU8(at + 8)
  const event = { userdata: memory.getU64(at), type, error: SUCCESS, size: 0n, flags: 0 }
  try {
    if (type === eventtypes.clock) return { event, timer: readTimer(guest, at + 16) }
    const ready = readiness(guest, memory.getU32(at + 16), type)
    return { event: { ...event, ...ready }, timer: undefined }
  } catch (error) {
    if (!(error instanceof HostError)) throw error
    return { event: { ...event, error: errnoOf(error) }, timer: undefined }
  }
}

function readTimer({ memory, clocks }: Guest, at: number): Timer {
  const clock = clockOf(memory.getU32(at))
  const timeout = memory.getU64(at + 8)
  const flags = memory.getU16(at + 24)
  if (clock === 'cpu' || (flags & ~ABSTIME) !== 0) throw new HostError('EINVAL')
  if (flags === ABSTIME) return { clock, deadline: timeout }
  // A span of time passes alike on all clocks; the real one is coarse, may be set, and would end it early.
  return { clock: 'monotonic', deadline: clocks.now('monotonic') + timeout }
}

/** Files, outputs and the ended input never keep a guest waiting. */
function readiness({ descriptors }: Guest, fd: number, type: number): { size: bigint; flags: number } {
  if (type !== eventtypes.read && type !== eventtypes.write) throw new HostError('EINVAL')
  const reads = type === eventtypes.read
  const entry = descriptors.get(fd, rights.pollFdReadwrite | (reads ? rights.fdRead : rights.fdWrite))
  if (entry.kind === 'input') return { size: 0n, flags: HANGUP }
  if (entry.kind === 'file' && reads) {
    return { size: BigInt(Math.max(0, entry.file.size - entry.cursor.position)), flags: 0 }
  }
  return { size: BigInt(OUTPUT_ROOM), flags: 0 }
}

function writeEvent({ memory }: Guest, at: number, event: Event): void {
  memory.bytes(at, EVENT_BYTES).fill(0)
  memory.setU64(at, event.userdata)
  memory.setU16(at + 8, event.error)
  memory.setU8(at + 10, event.type)
  memory.setU64(at + 16, event.size)
  memory.setU16(at + 24, event.flags)
}
