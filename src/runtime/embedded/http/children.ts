import { availableParallelism } from 'node:os'
import type { Socket } from 'node:net'
import type { StreamName } from '../../guest/channel/protocol.js'
import type { RunRequest } from '../../../model/runtime.js'
import type { ExecutionLimits } from '../run/execution.js'
import { fateAfter, type GuestFate } from '../guests/fate.js'
import type { Member } from '../guests/idle-members.js'
import type { Pool } from '../guests/pool.js'
import type { HalTask } from '../../hal/daemon/task.js'
import type { NetworkOptions } from '../../../net/policy.js'
import type { TaskUsage } from '../run/usage.js'
import type { Watchdog } from '../run/watchdog.js'
import { HttpChild, type ChildHooks } from './child.js'
import type { Exchange } from './exchange.js'
import type { HandedLimits } from './handed-parts.js'
import { WorkMeter } from './work-meter.js'

export type ChildrenParts = {
  readonly pool: Pool
  readonly watchdog: Watchdog
  readonly limits: ExecutionLimits
  readonly network: NetworkOptions
  /** Undefined if the hardware abstraction layer is off. */
  readonly hal: HalTask | undefined
  /** Undefined if usage is not measured. */
  readonly usage: TaskUsage | undefined
  /** Maximum number of children at a time. */
  readonly maxChildren: number
  readonly handed: HandedLimits
}

export type ChildrenHooks = {
  readonly output: (stream: StreamName, data: Uint8Array) => void
  readonly warn: (message: string) => void
  readonly problem: (error: string) => void
  /** A child has lost this connection, which another child or the daemon must serve. */
  readonly returned: (socket: Socket, consumed: readonly Uint8Array[], isLast: boolean) => void
  /** The last child is gone, after `close`. */
  readonly empty: () => void
}

/** If a request waits this long for a child, another child is added. Milliseconds. */
const GROW_AFTER_MS = 20
/** A child beyond the first returns to the pool after this long without a request. */
const SHRINK_AFTER_MS = 5_000
/** The resident size of a child is checked after this many requests, and the child is replaced above the maximum. */
const LOOK_EVERY = 200
const MAX_RESIDENT_BYTES = 256 * 1024 * 1024

/**
 * The children that serve one task; their number follows the load. Invariants: a request waits only while no child is idle; at
 * most `maxChildren` exist or are being acquired; after `close` none is acquired, and idle ones leave.
 */
export class Children {
  readonly #request: RunRequest
  readonly #parts: ChildrenParts
  readonly #hooks: ChildrenHooks
  readonly #all = new Set<HttpChild>()
  /** The child used last is used next. */
  readonly #idle: HttpChild[] = []
  readonly #waiting = new Set<Exchange>()
  #isGrowing = false
  #withdraw: () => void = () => undefined
  #growTimer: NodeJS.Timeout | undefined
  #shrinkTimer: NodeJS.Timeout | undefined
  #isClosed = false
  readonly #work = new WorkMeter((children) => this.#isBusyWith(children))

  constructor(request: RunRequest, parts: ChildrenParts, hooks: ChildrenHooks) {
    this.#request = request
    this.#parts = parts
    this.#hooks = hooks
  }

  /** Adds the guest that has already loaded the component. */
  adopt(member: Member, takesConnections: boolean): void {
    const child = this.#add(member)
    child.isServing(takesConnections)
    this.#rest(child)
  }

  /** Assigns the exchange to a child as soon as one is free. */
  answer(exchange: Exchange): void {
    const child = this.#idle.pop()
    if (child !== undefined) {
      child.take(exchange)
      return
    }
    this.#waiting.add(exchange)
    this.#growSoon()
  }

  /** The number of connections handed to children. */
  get connections(): number {
    return [...this.#all].reduce((sum, child) => sum + child.connections, 0)
  }

  /** The number of children that are answering requests of their connections. */
  get busy(): number {
    return [...this.#all].filter((child) => child.isAnswering).length
  }

  /** Hands the connection to the child with the fewest; false if no child can take it. */
  hand(socket: Socket): boolean {
    if (this.#isClosed) return false
    const [first, ...others] = [...this.#all].filter((child) => child.takesConnections)
    if (first === undefined) return false
    const least = others.reduce((best, each) => (each.connections < best.connections ? each : best), first)
    return least.hand(socket)
  }

  /** The exchange no longer waits for a child. */
  forget(exchange: Exchange): void {
    this.#waiting.delete(exchange)
  }

  /** Accepts no more requests: waiting ones are refused, those in progress go on. */
  close(): void {
    this.#isClosed = true
    clearTimeout(this.#growTimer)
    clearTimeout(this.#shrinkTimer)
    this.#work.close()
    this.#withdraw()
    this.#refuseWaiting('the server is stopping')
    for (const child of this.#idle.splice(0)) child.leave()
    this.#reportIfEmpty()
  }

  /** Closes the connections of the children, and kills those that are answering. */
  cut(): void {
    for (const child of this.#all) child.cut()
  }

  #add(member: Member): HttpChild {
    const { watchdog, limits, network, hal, handed } = this.#parts
    const hooks: ChildHooks = {
      blocked: (each) => this.#block(each),
      returned: this.#hooks.returned,
      failed: this.#hooks.problem,
      worked: (each, ms) => this.#work.add(each, ms),
      idle: (each) => this.#rest(each),
      ended: (each, fate, problem) => this.#remove(each, fate, problem),
      output: this.#hooks.output,
      warn: this.#hooks.warn,
    }
    const child = new HttpChild(
      member,
      { watchdog, memoryMaxBytes: limits.memoryMaxBytes, network, hal, handed },
      hooks,
    )
    this.#all.add(child)
    this.#parts.usage?.take(member.guest)
    return child
  }

  /** A child that is occupied by a long request gets no other requests. */
  #block(child: HttpChild): void {
    const at = this.#idle.indexOf(child)
    if (at !== -1) this.#idle.splice(at, 1)
  }

  #rest(child: HttpChild): void {
    if (this.#isClosed) {
      child.leave()
      return
    }
    this.#spread(child)
    if (child.requests % LOOK_EVERY === LOOK_EVERY - 1 && isLarge(child)) {
      child.kill()
      return
    }
    const [next] = this.#waiting
    if (next === undefined) {
      this.#idle.push(child)
      this.#shrinkLater()
      return
    }
    this.#waiting.delete(next)
    child.take(next)
  }

  /** Asks the child with the most connections to return half of them, so that this one gets some if it has none. */
  #spread(child: HttpChild): void {
    if (!child.takesConnections || child.connections > 0) return
    const most = [...this.#all].reduce(
      (best, each) => (each.connections > best.connections ? each : best),
      child,
    )
    if (most.connections > 1) most.share(Math.floor(most.connections / 2))
  }

  /** Adds a child if these were busy most of the time, have connections to give away, and no other child could take them. */
  #isBusyWith(children: readonly HttpChild[]): void {
    const isFull = this.#all.size >= Math.min(this.#parts.maxChildren, availableParallelism())
    const spare = [...this.#all].some((child) => child.takesConnections && !children.includes(child))
    const isMuch = children.some((child) => child.connections > 1)
    if (!isFull && !spare && isMuch) this.#acquire()
  }

  #remove(child: HttpChild, fate: GuestFate, problem: string | undefined): void {
    this.#all.delete(child)
    const at = this.#idle.indexOf(child)
    if (at !== -1) this.#idle.splice(at, 1)
    this.#parts.usage?.leave(child.member.guest)
    this.#parts.pool.release(child.member, fateAfter(this.#request.binary, fate))
    if (problem !== undefined) this.#fail(problem)
    if (this.#waiting.size > 0) this.#growSoon()
    this.#reportIfEmpty()
  }

  /** No child could be acquired. */
  #fail(problem: string): void {
    this.#hooks.problem(problem)
    if (this.#all.size === 0) this.#refuseWaiting('no child can be started')
  }

  #refuseWaiting(why: string): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const exchange of waiting) exchange.refuse(503, why)
  }

  #growSoon(): void {
    if (this.#all.size === 0) this.#grow()
    else this.#growTimer ??= setTimeout(() => this.#grow(), GROW_AFTER_MS)
  }

  #grow(): void {
    clearTimeout(this.#growTimer)
    this.#growTimer = undefined
    const isFull = this.#all.size >= this.#parts.maxChildren
    if (!isFull && this.#waiting.size > 0) this.#acquire()
  }

  #acquire(): void {
    if (this.#isClosed || this.#isGrowing) return
    this.#isGrowing = true
    this.#withdraw = this.#parts.pool.acquire(this.#request.binary.digest, {
      granted: (member) => {
        this.#isGrowing = false
        this.#add(member).start(this.#request, this.#parts.limits.outputMaxBytes)
        if (this.#waiting.size > 0) this.#growSoon()
      },
      refused: (error) => {
        this.#isGrowing = false
        this.#fail(error)
      },
    })
  }

  #shrinkLater(): void {
    this.#shrinkTimer ??= setTimeout(() => this.#shrink(), SHRINK_AFTER_MS)
  }

  #shrink(): void {
    this.#shrinkTimer = undefined
    if (this.#all.size <= 1) return
    const at = this.#idle.findIndex((child) => child.connections === 0)
    if (at !== -1) this.#idle.splice(at, 1)[0]?.leave()
    this.#shrinkLater()
  }

  #reportIfEmpty(): void {
    if (this.#isClosed && this.#all.size === 0) this.#hooks.empty()
  }
}

function isLarge({ member }: HttpChild): boolean {
  return (member.guest.residentBytes() ?? 0) > MAX_RESIDENT_BYTES
}
