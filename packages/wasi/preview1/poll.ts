import type { ClockName, Clocks } from '../host/clocks.js'
import { HostError } from '../host/errors.js'
import { MAX_DESCRIPTORS } from '../host/holdings.js'
import { OUTPUT_ROOM, type Input } from '../host/stdio.js'
import { waitForAny, type Timer } from '../host/waiting.js'
import { clockOf } from './clock.js'
import { SUCCESS, answer, errnoOf } from './errno.js'
import type { Guest } from './guest.js'
import { rights } from './rights.js'

const SUBSCRIPTION_BYTES = 48
const EVENT_BYTES = 32
/** More than a guest could use; poll(2) has a similar limit, RLIMIT_NOFILE. */
const MAX_SUBSCRIPTIONS = 2 * MAX_DESCRIPTORS

/** `__wasi_eventtype_t`. */
const eventtypes = { clock: 0, read: 1, write: 2 } as const
const ABSTIME = 1
const HANGUP = 1

type ClockTimer = { readonly clock: ClockName; readonly deadline: bigint }
type Event = {
  readonly userdata: bigint
  readonly type: number
  readonly error: number
  readonly size: bigint
  readonly flags: number
}
/** A subscription whose event is ready, or becomes ready with time or input. */
type Subscription = { readonly event: Event; readonly timer?: ClockTimer; readonly input?: Input }

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
      const due = waitForEvents(subscriptions, clocks)
      due.forEach((event, index) => {
        writeEvent(guest, events + index * EVENT_BYTES, event)
      })
      memory.setU32(result, due.length)
    }),
  }
}

/** Blocks the thread until there are events. */
function waitForEvents(subscriptions: readonly Subscription[], clocks: Clocks): readonly Event[] {
  const inputs = new Set(subscriptions.flatMap(({ input }) => input ?? []))
  for (;;) {
    const waitables = [...inputs, ...subscriptions.flatMap(({ timer }) => timerOf(timer, clocks))]
    // Wait only if none of them is ready.
    if (subscriptions.every(({ timer, input }) => timer ?? input)) waitForAny(waitables, clocks)
    const due = subscriptions.flatMap((subscription) => eventOf(subscription, clocks))
    if (due.length > 0) return due
  }
}

/** Timers use the monotonic clock for waiting. */
function timerOf(timer: ClockTimer | undefined, clocks: Clocks): readonly Timer[] {
  if (timer === undefined) return []
  const { clock, deadline } = timer
  if (clock === 'monotonic') return [{ due: deadline }]
  return [{ due: clocks.now('monotonic') + deadline - clocks.now(clock) }]
}

function eventOf({ event, timer, input }: Subscription, clocks: Clocks): readonly Event[] {
  if (timer !== undefined) return clocks.now(timer.clock) >= timer.deadline ? [event] : []
  if (input === undefined) return [event]
  if (!input.ready()) return []
  return [input.available > 0 ? { ...event, size: BigInt(input.available) } : { ...event, flags: HANGUP }]
}

function readSubscription(guest: Guest, at: number): Subscription {
  const { memory } = guest
  const type = memory.getU8(at + 8)
  const event = { userdata: memory.getU64(at), type, error: SUCCESS, size: 0n, flags: 0 }
  try {
    if (type === eventtypes.clock) return { event, timer: readTimer(guest, at + 16) }
    return readReadiness(guest, memory.getU32(at + 16), event)
  } catch (error) {
    if (!(error instanceof HostError)) throw error
    return { event: { ...event, error: errnoOf(error) } }
  }
}

function readTimer({ memory, clocks }: Guest, at: number): ClockTimer {
  const clock = clockOf(memory.getU32(at))
  const timeout = memory.getU64(at + 8)
  const flags = memory.getU16(at + 24)
  if (clock === 'cpu' || (flags & ~ABSTIME) !== 0) throw new HostError('EINVAL')
  if (flags === ABSTIME) return { clock, deadline: timeout }
  // Durations are equal on all clocks; the real-time clock is coarse and may be set, which would end the wait early.
  return { clock: 'monotonic', deadline: clocks.now('monotonic') + timeout }
}

/** Files, outputs and an ended input are always ready. */
function readReadiness({ descriptors }: Guest, fd: number, event: Event): Subscription {
  const { type } = event
  if (type !== eventtypes.read && type !== eventtypes.write) throw new HostError('EINVAL')
  const reads = type === eventtypes.read
  const entry = descriptors.get(fd, rights.pollFdReadwrite | (reads ? rights.fdRead : rights.fdWrite))
  if (entry.kind === 'input') {
    return entry.input === undefined ? { event: { ...event, flags: HANGUP } } : { event, input: entry.input }
  }
  const size =
    entry.kind === 'file' && reads ? Math.max(0, entry.file.size - entry.cursor.position) : OUTPUT_ROOM
  return { event: { ...event, size: BigInt(size) } }
}

function writeEvent({ memory }: Guest, at: number, event: Event): void {
  memory.bytes(at, EVENT_BYTES).fill(0)
  memory.setU64(at, event.userdata)
  memory.setU16(at + 8, event.error)
  memory.setU8(at + 10, event.type)
  memory.setU64(at + 16, event.size)
  memory.setU16(at + 24, event.flags)
}
