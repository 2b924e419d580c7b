import type { Sliced } from '../../model/sliced.js'

/**
 * A quarter of the time that one turn of the event loop may take, in milliseconds: the last message may exceed it, and messages
 * of guests take time, too.
 */
const SLICE_MS = 5

export type EventLoopBudgetDeps = {
  /** Milliseconds. */
  readonly now: () => number
  /** Calls back after the event loop has turned. */
  readonly nextTurn: (callback: () => void) => void
}

const ofThisProcess: EventLoopBudgetDeps = {
  now: () => performance.now(),
  nextTurn: (callback) => void setImmediate(callback),
}

/**
 * Lets the event loop turn between messages. MQTT.js processes all packets of one read together, which may be a thousand
 * commands; meanwhile no timer fires and no child is read from. A caller that calls `next` before each message, and waits for its
 * callback, works for at most `SLICE_MS` in one turn, plus the message in progress.
 */
export class EventLoopBudget {
  readonly #deps: EventLoopBudgetDeps
  #beganAt: number | undefined

  constructor(deps: EventLoopBudgetDeps = ofThisProcess) {
    this.#deps = deps
  }

  next(goOn: () => void): void {
    const { now, nextTurn } = this.#deps
    if (this.#beganAt === undefined) {
      this.#beganAt = now()
      nextTurn(() => (this.#beganAt = undefined))
    }
    if (now() - this.#beganAt < SLICE_MS) goOn()
    else nextTurn(goOn)
  }

  /** Runs the slices for as long as `SLICE_MS` in one turn, and calls back in the turn after the last one. */
  run(work: Sliced<void>, done: () => void): void {
    const { now, nextTurn } = this.#deps
    const goOn = () => {
      const beganAt = now()
      while (now() - beganAt < SLICE_MS)
        if (work.next().done === true) {
          nextTurn(done)
          return
        }
      nextTurn(goOn)
    }
    goOn()
  }
}
