import { trap } from '../abi/trap.js'

/** https://github.com/WebAssembly/component-model, CanonicalABI.md, "Waitable State" */
export const EVENT = {
  none: 0,
  subtask: 1,
  'stream-read': 2,
  'stream-write': 3,
  'future-read': 4,
  'future-write': 5,
  cancelled: 6,
} as const

/** `payload`: what the built-in that began the operation would have returned. */
export type Event = readonly [code: number, index: number, payload: number]

export const NO_EVENT: Event = [EVENT.none, 0, 0]
export const CANCELLED: Event = [EVENT.cancelled, 0, 0]

/** Something with a handle that a guest can wait for. */
export abstract class Waitable {
  /** It is not a handle of a resource. */
  readonly resource = undefined
  #event: (() => Event) | undefined
  #set: WaitableSet | undefined
  #waiter: (() => void) | undefined

  /** Traps if it is in a set: a guest cannot wait for it during a call as well. */
  checkSynchronous(): void {
    if (this.#set !== undefined || this.#waiter !== undefined) inSet()
  }

  get isInSet(): boolean {
    return this.#set !== undefined
  }

  get hasEvent(): boolean {
    return this.#event !== undefined
  }

  /** The event is created when it is taken; a newer one replaces it. */
  setEvent(event: () => Event): void {
    this.#event = event
    const waiter = this.#waiter
    this.#waiter = undefined
    if (waiter !== undefined) waiter()
    else this.#set?.add(this)
  }

  takeEvent(): Event {
    const event = this.#event
    if (event === undefined) throw new Error('there is no event')
    this.#event = undefined
    this.#set?.delete(this)
    return event()
  }

  /** Passes the next event to this waiter instead of those of the set. */
  whenEvent(waiter: () => void): void {
    if (this.hasEvent) waiter()
    else this.#waiter = waiter
  }

  join(set: WaitableSet | undefined): void {
    if (this.#waiter !== undefined) inSet()
    this.#set?.leave(this)
    this.#set = set
    set?.enter(this)
  }
}

const inSet = (): never => trap('waitable cannot be used synchronously while added to a waitable set')

export class WaitableSet {
  /** It is not a handle of a resource. */
  readonly resource = undefined
  readonly #members = new Set<Waitable>()
  /** Members that have an event. */
  readonly #ready = new Set<Waitable>()
  readonly #waiters = new Set<() => void>()
  /** The number of threads that wait for one of its events. */
  waiting = 0

  get hasEvent(): boolean {
    return this.#ready.size > 0
  }

  takeEvent(): Event {
    for (const member of this.#ready) return member.takeEvent()
    return NO_EVENT
  }

  /** Calls back once, when there is an event; returns a function that withdraws the waiter. */
  whenEvent(waiter: () => void): () => void {
    if (this.hasEvent) {
      waiter()
      return () => undefined
    }
    this.#waiters.add(waiter)
    return () => void this.#waiters.delete(waiter)
  }

  enter(member: Waitable): void {
    this.#members.add(member)
    if (member.hasEvent) this.add(member)
  }

  leave(member: Waitable): void {
    this.#members.delete(member)
    this.#ready.delete(member)
  }

  add(member: Waitable): void {
    this.#ready.add(member)
    for (const waiter of this.#waiters) {
      this.#waiters.delete(waiter)
      waiter()
      return
    }
  }

  delete(member: Waitable): void {
    this.#ready.delete(member)
  }

  drop(): void {
    if (this.#members.size > 0) trap('cannot drop waitable set with members')
    if (this.waiting > 0) trap('cannot drop waitable set with waiters')
  }
}
